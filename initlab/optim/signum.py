"""Signum: steps of one size, by the sign of the momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum, not_negative

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["Signum"]


@dataclass(frozen=True)
class Signum(Optimizer):
    """m <- momentum m - (1 - momentum) (g + weight_decay w); w <- (1 - lr wd_lh) w + lr sign(m).

    Bernstein et al. (2018). Without momentum it is signSGD: w <- (1 - lr weight_decay) w - lr
    sign(g).

    Args:
        lr: the learning rate, the size of each step.
        momentum: the memory of the gradient's running mean.
        wd_lh: how much of a weight is taken off, times the learning rate; Loshchilov & Hutter's
            decay, in Gluon's spelling.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = "adam"
    momentum: float = 0.9
    wd_lh: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum(self.name, momentum=self.momentum)
        not_negative(self.name, wd_lh=self.wd_lh)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running mean, negated, where there is one."""
        return ("momentum",) if self.momentum else ()

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the sign."""
        self._clip(g)
        if self.momentum:
            m = state["momentum"]
            m *= self.momentum
            m -= (1 - self.momentum) * (g + pace.decay * w)
            w *= 1 - pace.lr * self.wd_lh
            w += pace.lr * np.sign(m)
        else:
            w *= 1 - pace.lr * (pace.decay + self.wd_lh)
            w -= pace.lr * np.sign(g)
