"""Follow the moving leader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum, positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["FTML"]


@dataclass(frozen=True)
class FTML(Optimizer):
    """w <- -z / d, which the latest gradients weigh most in (Zheng & Kwok, 2017).

    With v the running mean of g^2 and v' = v / (1 - beta2^t): d' = (1 - beta1^t) / lr
    (sqrt(v') + epsilon), z <- beta1 z + (1 - beta1) g - (d' - beta1 d) w, then d <- d'. g contains
    weight_decay w before it is clipped.

    Args:
        lr: the learning rate.
        beta1: the memory of z.
        beta2: the memory of the mean square.
        epsilon: added to its root.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between, the decay included.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = "adam"
    beta1: float = 0.6
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum(self.name, beta1=self.beta1, beta2=self.beta2)
        positive(self.name, lr=self.lr, epsilon=self.epsilon)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running mean square, and the paper's d and z."""
        return ("squares", "d", "z")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Set the weights to the leader's."""
        if pace.decay:
            g += pace.decay * w
        self._clip(g)
        v, d, z = state["squares"], state["d"], state["z"]
        v += (1 - self.beta2) * (g * g - v)
        root = np.sqrt(v / (1 - self.beta2**pace.t)) + self.epsilon
        stiff = (1 - self.beta1**pace.t) / pace.lr * root
        z *= self.beta1
        z += (1 - self.beta1) * g - (stiff - self.beta1 * d) * w
        d[...] = stiff
        np.divide(-z, d, out=w)
