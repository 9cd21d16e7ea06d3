"""Where a Parameter lives in flat arrays that it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Place"]


class Place(NamedTuple):
    """A Parameter's stretch of the flat arrays.

    Attributes:
        data: the values of all Parameters that lie together.
        grad: their gradients, in the same order.
        start: where this Parameter's begin.
        stop: where they end.
    """

    data: np.ndarray
    grad: np.ndarray
    start: int
    stop: int

    def values(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return the view of the values."""
        return self.data[self.start : self.stop].reshape(shape)

    def gradient(self, shape: tuple[int, ...]) -> np.ndarray:
        """Return the view of the gradient."""
        return self.grad[self.start : self.stop].reshape(shape)

    def precedes(self, other: Place) -> bool:
        """Return whether `other` begins where this one ends."""
        return self.data is other.data and self.stop == other.start
