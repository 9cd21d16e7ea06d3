"""Nesterov's accelerated gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.optim.sgd import SGD

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["NAG"]


@dataclass(frozen=True)
class NAG(SGD):
    """m <- momentum m - lr (g + weight_decay w); w <- w + momentum m - lr (g + weight_decay w).

    Nesterov (1983) in the form of Sutskever et al. (2013), the weights standing where the next
    gradient is taken. Both lines use the old w; MXNet's decays m by the new one.

    Args:
        lr: the learning rate.
        momentum: the share of the last move that is made again.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move down the gradient, and on by a share of the move."""
        if not self.momentum:
            super().update(w, g, state, pace)
            return
        self._clip(g)
        if pace.decay:
            g += pace.decay * w
        g *= pace.lr
        m = state["momentum"]
        m *= self.momentum
        m -= g
        w -= g
        w += self.momentum * m
