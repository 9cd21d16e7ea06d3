"""Adam: steps scaled by running moments of the gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.optimizer import Stepper, not_negative, share
from initlab.optim.schedule import Constant, Schedule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.tree import Parameter

__all__ = ["Adam"]


@dataclass(frozen=True)
class Adam:
    """Kingma & Ba (2015), in Gluon's form: the correction is in the rate, epsilon outside the root.

    w <- w - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon), where m and v are the
    running means of g and g^2, and g contains weight_decay w.
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        not_negative("adam", lr=self.lr, epsilon=self.epsilon, weight_decay=self.weight_decay)
        share("adam", beta1=self.beta1, beta2=self.beta2)

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""
        updates = [(parameter, _Update(self)) for parameter in parameters]
        return Stepper(self, self.weight_decay, updates, total)


class _Update:
    def __init__(self, adam: Adam) -> None:
        self.adam, self.steps = adam, 0
        self.mean: np.ndarray | None = None
        self.square: np.ndarray | None = None

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float, wd: float) -> None:
        adam = self.adam
        if self.mean is None or self.square is None:
            self.mean, self.square = np.zeros_like(weight), np.zeros_like(weight)
        self.steps += 1
        if wd:
            gradient += wd * weight
        self.mean += (1 - adam.beta1) * (gradient - self.mean)
        gradient *= gradient
        self.square += (1 - adam.beta2) * (gradient - self.square)
        rate = lr * sqrt(1 - adam.beta2**self.steps) / (1 - adam.beta1**self.steps)
        np.sqrt(self.square, out=gradient)
        gradient += adam.epsilon
        np.divide(self.mean, gradient, out=gradient)
        gradient *= rate
        weight -= gradient
