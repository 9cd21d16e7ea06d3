"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.optimizer import Stepper, not_negative, share
from initlab.optim.schedule import Constant, Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.tree import Parameter

__all__ = ["SGD"]


@dataclass(frozen=True)
class SGD:
    """m <- momentum m - lr (g + weight_decay w); w <- w + m, with g the batch's mean gradient.

    As in Gluon the learning rate is inside m (Polyak, 1964), and the decay reaches biases too
    unless their `wd_mult` is 0.
    """

    lr: float = 0.1
    momentum: float = 0.0
    weight_decay: float = 0.0
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        not_negative("sgd", lr=self.lr, weight_decay=self.weight_decay)
        share("sgd", momentum=self.momentum)

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""
        updates = [(parameter, _Update(self.momentum)) for parameter in parameters]
        return Stepper(self, self.weight_decay, updates, total)


class _Update:
    def __init__(self, momentum: float) -> None:
        self.momentum, self.velocity = momentum, None

    velocity: np.ndarray | None

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float, wd: float) -> None:
        if wd:
            gradient += wd * weight
        gradient *= lr
        if not self.momentum:
            weight -= gradient
            return
        if self.velocity is None:
            self.velocity = np.zeros_like(weight)
        self.velocity *= self.momentum
        self.velocity -= gradient
        weight += self.velocity
