"""What an optimizer is: options that, bound to parameters, make steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from initlab.optim.schedule import Schedule
    from initlab.tree import Parameter

__all__ = ["Optimizer", "Stepper", "Update"]


class Optimizer(Protocol):
    """A frozen dataclass of options."""

    @property
    def lr(self) -> float:
        """The learning rate."""

    @property
    def weight_decay(self) -> float:
        """How much of a weight is added to its gradient."""

    @property
    def schedule(self) -> Schedule:
        """What multiplies the learning rate as the training goes on."""

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""


class Update(Protocol):
    """The rule for one array, with its own state."""

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float) -> None:
        """Change `weight` in place; `gradient`, decay included, is scratch to be overwritten."""


class Stepper:
    """Parameters, each with the state of its own update; one that is tied is stepped once.

    Args:
        optimizer: the options: lr, weight_decay, schedule.
        parameters: what to step; data and gradients may come later, by the first step.
        rule: makes the update of one parameter.
        total: the number of steps of the whole training, for the schedule.

    Raises:
        BadValueError: for a total below 1.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        parameters: Sequence[Parameter],
        rule: Callable[[], Update],
        total: int,
    ) -> None:
        if total < 1:
            raise BadValueError(f"total must be at least 1 step, got {total}.")
        self.optimizer, self.total = optimizer, total
        unique = {id(parameter): parameter for parameter in parameters}
        self.slots = tuple(_Slot(parameter, rule()) for parameter in unique.values())

    def step(self, batch_size: int = 1, *, step: int = 0) -> None:
        """Update every parameter whose `grad_req` is not 'null', in place.

        Args:
            batch_size: what gradients summed over a batch are divided by.
            step: the step's number, from 0, for the schedule.

        `lr_mult`, `wd_mult` and `grad_req` are read live from each Parameter.

        Raises:
            BadValueError: for a batch size below 1.
        """
        if batch_size < 1:
            raise BadValueError(f"batch_size must be at least 1, got {batch_size}.")
        lr = self.optimizer.lr * self.optimizer.schedule.factor(step, self.total)
        for slot in self.slots:
            slot.step(batch_size, lr, self.optimizer.weight_decay)


class _Slot:
    """One parameter, its update, and the buffer that spares each step its temporaries."""

    __slots__ = ("parameter", "scratch", "update")

    def __init__(self, parameter: Parameter, update: Update) -> None:
        self.parameter, self.update = parameter, update
        self.scratch = np.empty(0)

    def step(self, batch_size: int, lr: float, wd: float) -> None:
        parameter = self.parameter
        if parameter.grad_req == "null":
            return
        weight, gradient = parameter.data().array, parameter.grad().array
        if self.scratch.shape != weight.shape or self.scratch.dtype != weight.dtype:
            self.scratch = np.empty_like(weight)
        decay = wd * parameter.wd_mult
        if decay:  # (gradient + batch_size decay w) / batch_size needs one buffer, not two
            np.multiply(weight, batch_size * decay, out=self.scratch)
            self.scratch += gradient
            self.scratch /= batch_size
        else:
            np.divide(gradient, batch_size, out=self.scratch)
        self.update(weight, self.scratch, lr * parameter.lr_mult)
