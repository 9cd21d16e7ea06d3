"""Adamax: Adam with the largest gradient in place of the mean square."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import momentum

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["Adamax"]


@dataclass(frozen=True)
class Adamax(Optimizer):
    """u <- max(beta2 u, |g|); w <- w - lr / (1 - beta1^t) m / u (Kingma & Ba, 2015, section 7.1).

    m is the running mean of g, which contains weight_decay w before it is clipped. A weight whose
    gradients were all 0 stays, where MXNet's 0 / 0 makes it NaN.

    Args:
        lr: the learning rate.
        beta1: the memory of the gradient's running mean.
        beta2: the memory of its largest size.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between, the decay included.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = "adam"
    lr: float = 0.002
    beta1: float = 0.9
    beta2: float = 0.999

    def __post_init__(self) -> None:
        super().__post_init__()
        momentum(self.name, beta1=self.beta1, beta2=self.beta2)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running mean, and the largest size."""
        return ("mean", "largest")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the mean over the largest size."""
        if pace.decay:
            g += pace.decay * w
        self._clip(g)
        m, u = state["mean"], state["largest"]
        m += (1 - self.beta1) * (g - m)
        np.maximum(self.beta2 * u, np.abs(g), out=u)
        w -= pace.lr / (1 - self.beta1**pace.t) * np.divide(m, u, out=np.zeros_like(m), where=u > 0)
