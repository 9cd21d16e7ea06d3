"""MXNet's 1,024 Mersenne Twisters, and which of them draws which part of an array."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Engines", "slices"]

ENGINES = 1024
FEWEST = 64  # numbers that one more engine is called in for
MAGIC = 127  # the factor of the seed


def slices(size: int) -> Iterator[tuple[int, slice]]:
    """Yield who draws what: an engine's number and its contiguous part of `size` numbers.

    >>> list(slices(130))
    [(0, slice(0, 44, None)), (1, slice(44, 88, None)), (2, slice(88, 130, None))]
    """
    engines = min(-(-size // FEWEST), ENGINES)
    for engine in range(engines):
        step = -(-size // engines)
        part = slice(engine * step, min((engine + 1) * step, size))
        if part.start < part.stop:
            yield engine, part


class Engines:
    """The engines of one seed, each made when it is first drawn from (0.2 ms).

    Args:
        seed: as `mx.random.seed` takes it.

    >>> Engines(0).words(0, 2).tolist()  # as any MT19937 that was seeded with 0
    [2357136044, 2546248239]
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.bits = np.random.MT19937()  # the first one's, for NumPy's own laws
        state: Any = self._seeded(0).get_state(legacy=False)
        self.bits.state = state
        self._made = {0: np.random.RandomState(self.bits)}

    def _seeded(self, number: int) -> np.random.RandomState:
        """Return one engine at its start: RandomState keeps the twister's classical seeding."""
        return np.random.RandomState((MAGIC * self.seed + number) % 2**32)

    def words(self, number: int, count: int) -> NDArray[np.uint32]:
        """Return the next 32-bit words of one engine."""
        if number not in self._made:
            self._made[number] = self._seeded(number)
        return self._made[number].randint(0, 2**32, count, np.uint32)
