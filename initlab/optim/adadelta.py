"""AdaDelta: steps whose scale is that of the steps before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum, positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["AdaDelta"]


@dataclass(frozen=True)
class AdaDelta(Optimizer):
    """d <- sqrt(u + epsilon) / sqrt(n + epsilon) g; w <- w - d - weight_decay w (Zeiler, 2012).

    n and u are the running means of g^2 and d^2. The rule has no learning rate: as in Gluon, lr
    and the schedule are taken and have no effect.

    Args:
        lr: without effect.
        rho: the memory of the running means.
        epsilon: added to them, inside the roots.
        weight_decay: how much of a weight is taken off.
        clip_gradient: what a gradient's elements are held between.
        schedule: without effect.
    """

    steps_like: ClassVar[str | None] = "adam"
    rho: float = 0.9
    epsilon: float = 1e-5

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum(self.name, rho=self.rho)
        positive(self.name, epsilon=self.epsilon)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running mean squares of the gradient and of the move."""
        return ("squares", "moves")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the gradient, in the units of the moves before."""
        self._clip(g)
        n, u = state["squares"], state["moves"]
        n += (1 - self.rho) * (g * g - n)
        move = np.sqrt((u + self.epsilon) / (n + self.epsilon)) * g
        u += (1 - self.rho) * (move * move - u)
        w -= move + pace.decay * w
