"""Layer-wise adaptive rate scaling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.init import Role
from initlab.optim.norm import norm
from initlab.optim.options import not_negative, positive
from initlab.optim.sgd import SGD

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["LARS"]


@dataclass(frozen=True)
class LARS(SGD):
    """SGD whose rate is multiplied by eta |w| / (|g| + weight_decay |w| + eps) (You et al., 2017).

    Biases and gains, and whatever is all 0, keep the plain rate. The norms are those of the whole
    Parameter, |g| before it is clipped.

    Args:
        lr: the learning rate.
        momentum: the share of the last move that is made again.
        eta: the share of a weight's norm that a step of rate 1 moves it by.
        eps: added to the gradient's norm.
        momentum_correction: make the last move again at the rate of now, not of then (Goyal et
            al., 2017).
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = None  # in proportion to the weight
    eta: float = 0.001
    eps: float = 0.0
    momentum_correction: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        positive(self.name, eta=self.eta)
        not_negative(self.name, eps=self.eps)

    @property
    def whole(self) -> bool:
        """It takes norms."""
        return True

    @property
    def straight(self) -> bool:
        """It never is."""
        return False

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move down the gradient by a share of the weight's own size."""
        trust = self._trust(norm(w), norm(g), pace)
        self._clip(g)
        if not (self.momentum and self.momentum_correction):
            self.move(w, g, state, pace._replace(lr=pace.lr * trust))
            return
        if pace.decay:
            g += pace.decay * w
        g *= trust
        m = state["momentum"]  # without the rate, which is that of now
        m *= self.momentum
        m -= g
        w += pace.lr * m

    def _trust(self, weight: float, gradient: float, pace: Pace) -> float:
        plain = pace.role in (Role.bias, Role.gain) or not weight or not gradient
        return 1.0 if plain else self.eta * weight / (gradient + pace.decay * weight + self.eps)
