"""Follow the regularized leader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.optim.optimizer import Optimizer
from initlab.optim.options import not_negative, positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["Ftrl"]


@dataclass(frozen=True)
class Ftrl(Optimizer):
    """FTRL-Proximal, which keeps weights of weak evidence at exactly 0 (McMahan et al., 2013).

    z <- z + g - (sqrt(n + g^2) - sqrt(n)) w / lr; n <- n + g^2; then w = 0 where |z| <= lamda1,
    else w = (sign(z) lamda1 - z) / ((beta + sqrt(n)) / lr + weight_decay).

    Args:
        lr: the learning rate, the paper's alpha.
        lamda1: the L1 penalty; Gluon's spelling.
        beta: what is added to the root of the sum of squares.
        weight_decay: the L2 penalty.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    lr: float = 0.1
    lamda1: float = 0.01
    beta: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self.name, lamda1=self.lamda1, beta=self.beta)
        positive(self.name, lr=self.lr)

    @property
    def buffers(self) -> tuple[str, ...]:
        """The paper's z, and the sum of squares."""
        return ("z", "squares")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Set the weights to the leader's."""
        self._clip(g)
        z, n = state["z"], state["squares"]
        before = np.sqrt(n)
        n += g * g
        root = np.sqrt(n)
        z += g - (root - before) * w / pace.lr
        strong = np.abs(z) > self.lamda1
        leader = (np.sign(z) * self.lamda1 - z) / ((self.beta + root) / pace.lr + pace.decay)
        w[...] = np.where(strong, leader, 0)
