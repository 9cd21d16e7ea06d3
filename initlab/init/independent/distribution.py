"""A law of independent entries: a value that knows its moments and fills arrays by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.law import Law

__all__ = ["Distribution"]


class Distribution(Protocol):
    """What an `Independent` initializer draws each entry from."""

    @property
    def law(self) -> Law:
        """The exact law."""

    def into(self, rng: np.random.Generator, out: np.ndarray) -> None:
        """Fill a one-dimensional array of float32 or float64."""

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how dense the law is at each of `x`; its std must not be 0."""
