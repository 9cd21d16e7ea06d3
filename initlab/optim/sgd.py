"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.optimizer import Stepper
from initlab.optim.options import momentum, not_negative
from initlab.optim.schedule import Constant, Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.tree import Parameter

__all__ = ["SGD"]


@dataclass(frozen=True)
class SGD:
    """m <- momentum m - lr (g + weight_decay w); w <- w + m, with g the batch's mean gradient.

    As in Gluon the learning rate is inside m (Polyak, 1964), so that a schedule also acts on what
    was gathered before, and the decay reaches biases too unless their `wd_mult` is 0.

    Args:
        lr: the learning rate.
        momentum: the share of the last move that is made again.
        weight_decay: how much of a weight is added to its gradient.
        schedule: what multiplies the learning rate as the training goes on.

    >>> SGD(lr=0.1, momentum=0.9).schedule
    Constant()
    """

    lr: float = 0.01
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        not_negative("sgd", lr=self.lr, weight_decay=self.weight_decay)
        momentum("sgd", momentum=self.momentum)

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""
        rule = partial(_Heavy, self.momentum) if self.momentum else _Plain
        return Stepper(self, parameters, rule, total)


class _Plain:
    """Straight down the gradient."""

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float) -> None:
        gradient *= lr
        weight -= gradient


class _Heavy:
    """Down the gradient as a heavy ball."""

    def __init__(self, momentum: float) -> None:
        self.momentum = momentum
        self.velocity: np.ndarray | None = None

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float) -> None:
        if self.velocity is None:
            self.velocity = np.zeros_like(weight)
        gradient *= lr
        self.velocity *= self.momentum
        self.velocity -= gradient
        weight += self.velocity
