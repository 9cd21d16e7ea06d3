"""Gluon's Trainer: an optimizer on the Parameters of a net, one step a batch."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import (
    BadTypeError,
    BadValueError,
    DataError,
    DeferredInitializationError,
    TrainerError,
)
from initlab.optim.create import create
from initlab.optim.optimizer import Optimizer
from initlab.optim.schedule import Constant
from initlab.tree import CHANGES, Parameter, ParameterDict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from initlab.autograd import Tensor

__all__ = ["Trainer"]


class Trainer:
    """Steps Parameters by their gradients.

    Args:
        params: what `collect_params()` returns, or another dict (stepped by sorted names), or a
            list (in its order).
        optimizer: a name of `optimizers()`, or an Optimizer.
        optimizer_params: the named optimizer's options, in Gluon's spelling (`learning_rate`, `wd`)
            or in ours; `rescale_grad` multiplies all gradients; `lr_scheduler` turns the number of
            the update, from 1, into the learning rate.
        kvstore, compression_params, update_on_kvstore: unused; Gluon's signature, there is one
            device.

    Raises:
        BadTypeError: for params that are no Parameters.
        NotInitializedError: for a Parameter that was not initialized; a deferred one may be.
        UnknownNameError: for an unknown optimizer or option.
        BadValueError: for options beside an Optimizer, or one with a schedule of its own.

    >>> from initlab import autograd, nn
    >>> net = nn.Dense(1, in_units=1, weight_initializer="ones")
    >>> net.initialize()
    >>> trainer = Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    >>> with autograd.record():
    ...     loss = net(np.ones((1, 1), "float32"))
    >>> loss.backward()
    >>> trainer.step(batch_size=1)
    >>> print(net.weight.data())
    [[0.5]]
    """

    def __init__(
        self,
        params: Mapping[str, Parameter] | ParameterDict | Iterable[Parameter],
        optimizer: str | Optimizer,
        optimizer_params: Mapping[str, Any] | None = None,
        kvstore: Any = "device",  # noqa: ARG002 - Gluon's signature
        compression_params: Any = None,  # noqa: ARG002 - idem
        update_on_kvstore: bool | None = None,  # noqa: ARG002 - idem
    ) -> None:
        self._params = _listed(params)
        options = dict(optimizer_params or {})
        self._scale: float = options.pop("rescale_grad", 1.0)
        self._scheduler: Callable[[int], float] | None = options.pop("lr_scheduler", None)
        if self._scheduler is not None and "learning_rate" in options:
            self._scheduler.base_lr = options["learning_rate"]
        self._optimizer = _optimizer(optimizer, options)
        self._stepper = self._optimizer.bind(self._params)
        self._found: tuple[int, list[tuple[Parameter, Tensor, Any]]] = (-1, [])  # at which change

    @property
    def optimizer(self) -> Optimizer:
        """The optimizer, a value."""
        return self._optimizer

    @property
    def learning_rate(self) -> float:
        """The learning rate of the last update, or of the first before there is one."""
        if self._scheduler is None:
            return self._optimizer.lr
        return self._scheduler(self._stepper.updates)

    def set_learning_rate(self, lr: float) -> None:
        """Step at another rate from now on.

        Raises:
            TrainerError: when an lr_scheduler says the rate.
            BadValueError: for a rate that is none.
        """
        if self._scheduler is not None:
            raise TrainerError(
                f"The learning rate cannot be set to {lr}: the trainer's lr_scheduler says it. "
                "Make the Trainer without one."
            )
        self._optimizer = self._stepper.rule = replace(self._optimizer, lr=lr)

    def step(self, batch_size: int, ignore_stale_grad: bool = False) -> None:
        """Update every Parameter whose `grad_req` is not 'null' from its gradient.

        Args:
            batch_size: what gradients summed over a batch are divided by.
            ignore_stale_grad: leave out Parameters whose gradient no backward pass has come to
                since the last step, where otherwise nothing is updated.

        Raises:
            TrainerError: for such a gradient.
            BadValueError: for a batch size that is not above 0.
            DeferredInitializationError: for a Parameter whose shape no forward pass has told yet.
        """
        if not batch_size > 0:
            raise BadValueError(f"batch_size must be above 0, got {batch_size}.")
        trained = self._trained()
        stale = [parameter for parameter, data, _ in trained if not data.fresh_grad]
        if stale and not ignore_stale_grad:
            raise TrainerError(
                f"Gradient of Parameter `{stale[0].name}` has not been updated by backward since "
                "the last `step`: the loss does not depend on it, or backward() was not called. "
                "If only a part of the net is meant to be trained, call step with "
                "ignore_stale_grad=True to leave such Parameters out."
            )
        self._stepper.advance(self._next_rate(stale), self._scale / batch_size, stale)
        for _, data, _ in trained:
            data.fresh_grad = False

    update = step

    def _trained(self) -> list[tuple[Parameter, Tensor, Any]]:
        """Return the Parameters that have a gradient, with their data and where that lands.

        They are those until a tree changes or somebody attaches another gradient.
        """
        seen, found = self._found
        attached = any(data.node is not leaf for _, data, leaf in found)
        if attached:
            self._stepper.replan()
        if attached or seen != CHANGES.number:
            seen = CHANGES.number
            learning = [(p, p.data()) for p in self._params if p.grad_req != "null"]
            found = [(p, data, data.node) for p, data in learning]
            self._found = seen, found
        return found

    def allreduce_grads(self) -> None:
        """Do nothing: there is one device, whose gradients are the sum."""

    def _next_rate(self, left: list[Parameter]) -> float:
        if self._scheduler is None:
            return self._optimizer.lr
        return self._scheduler(self._stepper.updates_after(left))

    def save_states(self, fname: str | Path) -> None:
        """Write what the optimizer keeps of each Parameter, and the rate, as a NumPy archive."""
        facts = {"optimizer": self._optimizer.name, "lr": self._optimizer.lr}
        arrays = {key: np.asarray(value) for key, value in facts.items()}
        with Path(fname).open("wb") as file:
            np.savez(file, **arrays, **self._stepper.state())  # type: ignore[arg-type] # arrays are no `allow_pickle`

    def load_states(self, fname: str | Path) -> None:
        """Go on from what `save_states` wrote for the same Parameters and optimizer.

        Raises:
            DataError: when the file is missing or none of these.
            BadValueError: when it is of another optimizer or of other Parameters.
        """
        try:
            with np.load(fname, allow_pickle=False) as file:
                arrays = dict(file)
            name, lr = str(arrays.pop("optimizer")), float(arrays.pop("lr"))
        except (OSError, ValueError, KeyError, EOFError, AttributeError) as error:
            raise DataError(f"Cannot load the states of a Trainer from {fname}: {error}") from error
        if name != self._optimizer.name:
            raise BadValueError(
                f"{fname} holds the states of {name}, the trainer's optimizer is "
                f"{self._optimizer.name}."
            )
        self._stepper.restore(arrays)
        self._optimizer = self._stepper.rule = replace(self._optimizer, lr=lr)


def _listed(params: Any) -> list[Parameter]:
    """Return the Parameters in the order in which they are stepped, each initialized."""
    if isinstance(params, dict | ParameterDict):
        params = [params[name] for name in sorted(params.keys())]
    if not isinstance(params, list | tuple):
        raise BadTypeError(
            f"A Trainer steps a list or dict of Parameters, got {type(params).__name__}: "
            "pass net.collect_params()."
        )
    for parameter in params:
        if not isinstance(parameter, Parameter):
            raise BadTypeError(
                f"A Trainer steps a list or dict of Parameters, got a list with {parameter!r}."
            )
        with suppress(DeferredInitializationError):
            parameter.data()
    return list(params)


def _optimizer(optimizer: str | Optimizer, options: dict[str, Any]) -> Optimizer:
    if not isinstance(optimizer, Optimizer):
        return create(optimizer, **options)
    if optimizer.schedule != Constant():
        raise BadValueError(
            f"{optimizer} has a schedule, and a Trainer does not know how long the training is: "
            "give it an lr_scheduler."
        )
    if options:
        raise BadValueError(
            f"optimizer_params belong to an optimizer's name; {optimizer} has its options: "
            f"{options} cannot be added."
        )
    return optimizer
