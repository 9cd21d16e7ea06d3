"""Schedules: what the learning rate is multiplied by as the training goes on."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Protocol

from initlab.optim.options import fraction

__all__ = ["Constant", "Cosine", "Schedule", "Warmup"]


class Schedule(Protocol):
    """A value that turns a step into a factor of the learning rate."""

    def factor(self, step: int, total: int) -> float:
        """Return the factor at `step` (from 0) of a training of `total` steps."""


@dataclass(frozen=True)
class Constant:
    """The learning rate as it is."""

    def factor(self, step: int, total: int) -> float:  # noqa: ARG002 - the protocol's signature
        """Return 1."""
        return 1.0


@dataclass(frozen=True)
class Cosine:
    """Half a cosine from 1 down to `floor` (Loshchilov & Hutter, 2017).

    Args:
        floor: the factor at the end of the training.

    >>> [round(Cosine().factor(step, 4), 3) for step in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """

    floor: float = 0.0

    def __post_init__(self) -> None:
        fraction("cosine", floor=self.floor)

    def factor(self, step: int, total: int) -> float:
        """Return floor + (1 - floor) (1 + cos(pi step / total)) / 2."""
        done = min(step / total, 1.0)
        return self.floor + (1 - self.floor) * (1 + cos(pi * done)) / 2


@dataclass(frozen=True)
class Warmup:
    """A straight rise over the first `share` of the steps, then a cosine down to `floor`.

    With floor 1 the learning rate stays where the rise ends (Goyal et al., 2017).

    Args:
        share: how much of the training the rise takes.
        floor: the factor at the end of the training.

    >>> [Warmup(share=0.5, floor=1).factor(step, 4) for step in range(4)]
    [0.5, 1.0, 1.0, 1.0]
    """

    share: float = 0.1
    floor: float = 0.0

    def __post_init__(self) -> None:
        fraction("warmup", share=self.share, floor=self.floor)

    def factor(self, step: int, total: int) -> float:
        """Return (step + 1) / rise, so the first step is not wasted on 0, then the cosine's."""
        rise = round(self.share * total)
        if step < rise:
            return (step + 1) / rise
        return Cosine(self.floor).factor(step - rise, max(1, total - rise))
