"""Stochastic gradient descent that makes up for gradients which came late."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.optim.options import not_negative
from initlab.optim.sgd import SGD

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["DCASGD"]


@dataclass(frozen=True)
class DCASGD(SGD):
    """SGD by g + lamda g^2 (w - w'), w' being the weights of a step before (Zheng et al., 2017).

    Args:
        lr: the learning rate.
        momentum: the share of the last move that is made again.
        lamda: how far the gradient is moved from where it was taken to where the weights are.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    lamda: float = 0.04

    def __post_init__(self) -> None:
        super().__post_init__()
        not_negative(self.name, lamda=self.lamda)

    @property
    def buffers(self) -> tuple[str, ...]:
        """Those of SGD, and the weights before the last step."""
        return (*super().buffers, "previous")

    @property
    def straight(self) -> bool:
        """It never is."""
        return False

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Correct the gradient, then move as SGD."""
        self._clip(g)
        previous = state["previous"]
        if pace.t > 1:
            g += self.lamda * g * g * (w - previous)
        previous[...] = w
        self.move(w, g, state, pace)
