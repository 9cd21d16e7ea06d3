"""AdaGrad: steps scaled by the root of the sum of squares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["AdaGrad"]


@dataclass(frozen=True)
class AdaGrad(Optimizer):
    """h <- h + g^2; w <- w - lr (g / sqrt(h + eps) + weight_decay w) (Duchi et al., 2011).

    As in Gluon the decay is outside the scaling.

    Args:
        lr: the learning rate.
        eps: added to the sum, inside the root.
        weight_decay: how much of a weight is taken off, times the learning rate.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = "adam"
    eps: float = 1e-7

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, eps=self.eps)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The sum of squares."""
        return ("squares",)

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the gradient over the root of the sum of its squares."""
        self._clip(g)
        h = state["squares"]
        h += g * g
        w -= pace.lr * (g / np.sqrt(h + self.eps) + pace.decay * w)
