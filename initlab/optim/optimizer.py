"""What an optimizer is: options that, bound to parameters, make steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.optim.schedule import Schedule
    from initlab.tree import Parameter

__all__ = ["Optimizer", "Stepper", "Update", "not_negative", "share"]


class Optimizer(Protocol):
    """A frozen dataclass of options."""

    @property
    def lr(self) -> float:
        """The learning rate."""

    @property
    def schedule(self) -> Schedule:
        """What multiplies it as the training goes on."""

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""


class Update(Protocol):
    """The rule for one array, with its own state."""

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float, wd: float) -> None:
        """Change `weight` in place; `gradient` is scratch and may be changed too."""


class Stepper:
    """Parameters, each with the state of its own update; one that is tied is stepped once.

    Args:
        optimizer: the options: lr, weight_decay, schedule.
        updates: pairs of a parameter and its update.
        total: the number of steps of the whole training, for the schedule.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        weight_decay: float,
        updates: Sequence[tuple[Parameter, Update]],
        total: int,
    ) -> None:
        self.optimizer, self.weight_decay, self.total = optimizer, weight_decay, total
        unique = {id(parameter): (parameter, update) for parameter, update in updates}
        self.updates = tuple(unique.values())

    def step(self, batch_size: int = 1, *, step: int = 0) -> None:
        """Update every parameter that has a gradient.

        Args:
            batch_size: what gradients summed over a batch are divided by.
            step: the step's number, from 0, for the schedule.

        `lr_mult`, `wd_mult` and `grad_req` are read live from each Parameter.
        """
        lr = self.optimizer.lr * self.optimizer.schedule.factor(step, self.total)
        for parameter, update in self.updates:
            if parameter.grad_req == "null":
                continue
            gradient = np.asarray(parameter.grad()) / np.float32(batch_size)
            wd = self.weight_decay * parameter.wd_mult
            update(np.asarray(parameter.data()), gradient, lr * parameter.lr_mult, wd)


def not_negative(name: str, **values: float) -> None:
    """Raise BadValueError for a value that is not a number >= 0."""
    for option, value in values.items():
        if not 0 <= value < float("inf"):
            raise BadValueError(f"{name}: {option} must not be negative, got {value}.")


def share(name: str, **values: float) -> None:
    """Raise BadValueError for a value that is not in [0, 1)."""
    for option, value in values.items():
        if not 0 <= value < 1:
            raise BadValueError(f"{name}: {option} must be at least 0 and below 1, got {value}.")
