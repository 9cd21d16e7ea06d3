"""RMSProp: steps scaled by the root of a running mean of squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum, positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["RMSProp"]


@dataclass(frozen=True)
class RMSProp(Optimizer):
    """n <- gamma1 n + (1 - gamma1) g^2; w <- w - lr g / sqrt(n + epsilon).

    Tieleman & Hinton (2012). Centered it is Graves's (2013), whose n is a running variance and
    whose moves have momentum gamma2. g contains weight_decay w before it is clipped.

    Args:
        lr: the learning rate.
        gamma1: the memory of the running means.
        gamma2: the momentum of the moves, when centered.
        epsilon: added to the mean square, inside the root.
        centered: whether the square of the mean is taken off.
        clip_weights: what the weights are held between after each step; None lets them be.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between, the decay included.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = "adam"
    lr: float = 0.001
    gamma1: float = 0.9
    gamma2: float = 0.9
    epsilon: float = 1e-8
    centered: bool = False
    clip_weights: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum(self.name, gamma1=self.gamma1, gamma2=self.gamma2)
        positive(self.name, epsilon=self.epsilon)
        if self.clip_weights is not None:
            positive(self.name, clip_weights=self.clip_weights)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running mean square; centered also the running mean, and the last move."""
        return ("squares", "mean", "move") if self.centered else ("squares",)

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the gradient over the root of its mean square, or of its variance."""
        if pace.decay:
            g += pace.decay * w
        self._clip(g)
        n = state["squares"]
        n += (1 - self.gamma1) * (g * g - n)
        if self.centered:
            mean, move = state["mean"], state["move"]
            mean += (1 - self.gamma1) * (g - mean)
            move *= self.gamma2
            move -= pace.lr * g / np.sqrt(n - mean * mean + self.epsilon)
            w += move
        else:
            w -= pace.lr * g / np.sqrt(n + self.epsilon)
        if self.clip_weights is not None:
            np.clip(w, -self.clip_weights, self.clip_weights, out=w)
