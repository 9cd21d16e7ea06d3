"""Stochastic gradient descent, with momentum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["SGD"]


@dataclass(frozen=True)
class SGD(Optimizer):
    """m <- momentum m - lr (g + weight_decay w); w <- w + m, with g the batch's mean gradient.

    As in Gluon the learning rate is inside m (Polyak, 1964), so that a schedule also acts on what
    was gathered before; the gradient is clipped before the decay is added, which reaches biases
    too unless their `wd_mult` is 0.

    Args:
        lr: the learning rate.
        momentum: the share of the last move that is made again.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.

    >>> SGD(lr=0.1, momentum=0.9).schedule
    Constant()
    """

    steps_like: ClassVar[str | None] = "sgd"
    momentum: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum(self.name, momentum=self.momentum)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The last move, where some of it is made again."""
        return ("momentum",) if self.momentum else ()

    @property
    def straight(self) -> bool:
        """Without momentum and clipping it is."""
        return not self.momentum and self.clip_gradient is None

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move down the gradient, or with momentum as a heavy ball."""
        self._clip(g)
        self.move(w, g, state, pace)

    def move(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by a gradient that is clipped already."""
        if not self.momentum:
            if pace.decay:
                w *= 1 - pace.lr * pace.decay
            g *= pace.lr
            w -= g
            return
        if pace.decay:
            g += pace.decay * w
        g *= pace.lr
        m = state["momentum"]
        m *= self.momentum
        m -= g
        w += m
