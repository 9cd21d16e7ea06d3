"""Adam: steps scaled by running moments of the gradient."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.optimizer import Stepper
from initlab.optim.options import momentum, not_negative, positive
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

    Args:
        lr: the learning rate.
        beta1: the memory of the gradient's running mean.
        beta2: the memory of its running square.
        epsilon: added to the root, against division by nothing.
        weight_decay: how much of a weight is added to its gradient.
        schedule: what multiplies the learning rate as the training goes on.

    >>> Adam(lr=0.003).beta2
    0.999
    """

    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    schedule: Schedule = field(default_factory=Constant)

    def __post_init__(self) -> None:
        not_negative("adam", lr=self.lr, weight_decay=self.weight_decay)
        positive("adam", epsilon=self.epsilon)
        momentum("adam", beta1=self.beta1, beta2=self.beta2)

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""
        return Stepper(self, parameters, partial(_Moments, self), total)


class _Moments:
    """The running moments of one gradient, and the step that they give.

    Kept are the discounted sums m / (1 - beta1) and v / (1 - beta2), which need no buffer to be
    added to; what is missing stands in the rate and in epsilon.
    """

    def __init__(self, adam: Adam) -> None:
        self.adam, self.steps = adam, 0
        self.sum: np.ndarray | None = None
        self.squares: np.ndarray | None = None

    def __call__(self, weight: np.ndarray, gradient: np.ndarray, lr: float) -> None:
        if self.sum is None or self.squares is None:
            self.sum, self.squares = np.zeros_like(weight), np.zeros_like(weight)
        rate, epsilon = self._constants()
        self.sum *= self.adam.beta1
        self.sum += gradient
        gradient *= gradient
        self.squares *= self.adam.beta2
        self.squares += gradient
        np.sqrt(self.squares, out=gradient)
        gradient += epsilon
        np.divide(self.sum, gradient, out=gradient)
        gradient *= lr * rate
        weight -= gradient

    def _constants(self) -> tuple[float, float]:
        """Count the step; return the factor of sum / (sqrt(squares) + epsilon), and epsilon."""
        adam, self.steps = self.adam, self.steps + 1
        root = sqrt(1 - adam.beta2)
        correction = sqrt(1 - adam.beta2**self.steps) / (1 - adam.beta1**self.steps)
        return correction * (1 - adam.beta1) / root, adam.epsilon / root
