"""Adam: steps scaled by running moments of the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum, positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["Adam"]


@dataclass(frozen=True)
class Adam(Optimizer):
    """Kingma & Ba (2015), in Gluon's form: the correction is in the rate, epsilon outside the root.

    w <- w - lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon), where m and v are the
    running means of g and g^2, and g contains weight_decay w before it is clipped.

    Args:
        lr: the learning rate.
        beta1: the memory of the gradient's running mean.
        beta2: the memory of its running square.
        epsilon: added to the root, against division by nothing.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between, the decay included.
        schedule: what multiplies the learning rate as the training goes on.

    >>> Adam(lr=0.003).beta2
    0.999
    """

    steps_like: ClassVar[str | None] = "adam"
    lr: float = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, epsilon=self.epsilon)
        momentum(self.name, beta1=self.beta1, beta2=self.beta2)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The discounted sums m / (1 - beta1) and v / (1 - beta2): nothing is to be multiplied."""
        return ("sum", "squares")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the mean over the root of the mean square; what the sums lack is in the rate."""
        if pace.decay:
            g += pace.decay * w
        self._clip(g)
        total, squares = state["sum"], state["squares"]
        total *= self.beta1
        total += g
        g *= g
        squares *= self.beta2
        squares += g
        root = sqrt(1 - self.beta2)
        np.sqrt(squares, out=g)
        g += self.epsilon / root
        np.divide(total, g, out=g)
        correction = sqrt(1 - self.beta2**pace.t) / (1 - self.beta1**pace.t)
        g *= pace.lr * correction * (1 - self.beta1) / root
        w -= g
