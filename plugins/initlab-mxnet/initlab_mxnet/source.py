"""MXNet's way to hand out random numbers: all from one sequence, in the order of the draws."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from initlab.nd.random import Streams
from initlab_mxnet.engines import Engines
from initlab_mxnet.sequence import Sequence

__all__ = ["MXNet"]


@dataclass(frozen=True)
class MXNet:
    """Draw everything from MXNet's CPU stream, bit for bit, in the order of the draws.

    So, unlike `streams`, what is drawn before decides what is drawn now.

    Args:
        seed: as `mx.random.seed` takes it; 0 is what a fresh MXNet process has.

    >>> source = MXNet(0)
    >>> source.stream("0.weight") is source.stream("1.weight")
    True
    """

    seed: int = 0

    def __post_init__(self) -> None:
        Streams(self.seed)  # refuses what is no seed

    def stream(self, path: str) -> Sequence:  # noqa: ARG002 - one sequence for all
        """Return the one sequence, where it stands."""
        return self._sequence

    @cached_property
    def _sequence(self) -> Sequence:
        return Sequence(Engines(self.seed))
