"""What hands out generators: by default a stream for each path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from initlab.nd.random.seeds import checked_seed

if TYPE_CHECKING:
    import numpy as np

    from initlab.nd.random.stream import Stream

__all__ = ["RandomSource", "Streams"]


class RandomSource(Protocol):
    """Whatever answers a path with a generator to draw from.

    A plugin may bring one that draws everything from one sequence, as MXNet does.
    """

    def stream(self, path: str) -> np.random.Generator:
        """Return the generator for `path`."""


@dataclass(frozen=True)
class Streams:
    """A stream of its own for every path, derived from the seed and the path.

    Adding a layer, drawing in another order or in another process leaves every other
    parameter's values as they were, to the last bit.

    Args:
        seed: zero or more.

    >>> Streams(3).stream("0.weight").integers(10) == Streams(3).stream("0.weight").integers(10)
    np.True_
    """

    seed: int = 0

    def __post_init__(self) -> None:
        checked_seed(self.seed)

    def stream(self, path: str) -> Stream:
        """Return the stream of `path`, at its start."""
        from initlab.nd.random.stream import stream  # and NumPy's generators: who draws needs them

        return stream(self.seed, path)
