"""Stochastic gradient Langevin dynamics: descent that samples."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from initlab import nd
from initlab.optim.optimizer import Optimizer

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["SGLD"]


@dataclass(frozen=True)
class SGLD(Optimizer):
    """w <- w - lr / 2 (g + weight_decay w) + N(0, lr) (Welling & Teh, 2011).

    The noise comes from the generator that `nd.random` draws from.

    Args:
        lr: the learning rate.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:  # noqa: ARG002 - none
        """Move down half the gradient, and at random."""
        self._clip(g)
        if pace.decay:
            g += pace.decay * w
        g *= -pace.lr / 2
        w += g
        w += nd.random.normal(0, sqrt(pace.lr), w.shape, w.dtype).array
