"""Nadam: Adam with Nesterov's look ahead."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.adam import Adam
from initlab.optim.options import not_negative

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["Nadam"]

NOTHING = 1e-17
"""A product so small that 1 less it is 1."""


@dataclass(frozen=True)
class Nadam(Adam):
    """Dozat (2016): w <- w - lr ((1 - mu_t) g' + mu_{t+1} m') / (sqrt(v') + epsilon).

    mu_t = beta1 (1 - 0.96^(t schedule_decay) / 2) and M_t = mu_1 ... mu_t; g' = g / (1 - M_t),
    m' = m / (1 - M_{t+1}), v' = v / (1 - beta2^t), where m and v are the running means of g and
    g^2, and g contains weight_decay w before it is clipped.

    Args:
        lr: the learning rate.
        beta1: the memory of the gradient's running mean.
        beta2: the memory of its running square.
        epsilon: added to the root, against division by nothing.
        schedule_decay: how fast mu rises from beta1 / 2 to beta1.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between, the decay included.
        schedule: what multiplies the learning rate as the training goes on.
    """

    schedule_decay: float = 0.004

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self.name, schedule_decay=self.schedule_decay)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running means of the gradient and of its square."""
        return ("mean", "squares")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move by the gradient and the mean that the next step will have."""
        if pace.decay:
            g += pace.decay * w
        self._clip(g)
        mean, squares = state["mean"], state["squares"]
        mean += (1 - self.beta1) * (g - mean)
        squares += (1 - self.beta2) * (g * g - squares)
        gathered, now, ahead = self._gathered(pace.t), self._mu(pace.t), self._mu(pace.t + 1)
        g *= (1 - now) / (1 - gathered)
        g += ahead / (1 - gathered * ahead) * mean
        root = np.sqrt(squares / (1 - self.beta2**pace.t)) + self.epsilon
        w -= pace.lr * g / root

    def _mu(self, t: int) -> float:
        return self.beta1 * float(1 - 0.5 * 0.96 ** (self.schedule_decay * t))

    @cached_property
    def _products(self) -> dict[int, float]:
        return {0: 1.0}

    def _gathered(self, t: int) -> float:
        """Return M_t by those before, which are kept until nothing is left of them."""
        kept = self._products
        while (i := len(kept)) <= t and kept[i - 1] > NOTHING:
            kept[i] = kept[i - 1] * self._mu(i)
        return kept.get(t, 0.0)
