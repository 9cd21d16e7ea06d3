"""Schedules: what the learning rate is multiplied by as the training goes on."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Protocol

from initlab.errors import BadValueError

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

    >>> [round(Cosine().factor(step, 4), 3) for step in range(5)]
    [1.0, 0.854, 0.5, 0.146, 0.0]
    """

    floor: float = 0.0

    def __post_init__(self) -> None:
        _share("cosine", "floor", self.floor)

    def factor(self, step: int, total: int) -> float:
        """Return floor + (1 - floor) (1 + cos(pi step / total)) / 2."""
        done = min(step / total, 1.0)
        return self.floor + (1 - self.floor) * (1 + cos(pi * done)) / 2


@dataclass(frozen=True)
class Warmup:
    """A straight rise over the first `share` of the steps, then a cosine down to `floor`.

    With floor 1 the learning rate stays where the rise ends.

    >>> [Warmup(share=0.5, floor=1).factor(step, 4) for step in range(4)]
    [0.5, 1.0, 1.0, 1.0]
    """

    share: float = 0.1
    floor: float = 0.0

    def __post_init__(self) -> None:
        _share("warmup", "share", self.share)
        _share("warmup", "floor", self.floor)

    def factor(self, step: int, total: int) -> float:
        """Return the factor: the first step is not wasted on 0."""
        rise = self.share * total
        if step + 1 < rise:
            return (step + 1) / rise
        return Cosine(self.floor).factor(max(0, step - int(rise)), max(1, total - int(rise)))


def _share(name: str, option: str, value: float) -> None:
    if not 0 <= value <= 1:
        raise BadValueError(f"{name}: {option} must be from 0 to 1, got {value}.")
