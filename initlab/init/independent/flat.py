"""The uniform law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.init.law import Law
from initlab.nd.random import uniform_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Flat"]


@dataclass(frozen=True)
class Flat:
    """U[low, high).

    >>> round(Flat(-3, 3).law.variance)
    3
    """

    low: float
    high: float

    @property
    def law(self) -> Law:
        """Mean (low + high) / 2, variance (high - low)^2 / 12, kurtosis 9/5."""
        width = self.high - self.low
        variance = width * width / 12
        return Law((self.low + self.high) / 2, variance, 1.8, self.low, self.high)

    def into(self, rng: np.random.Generator, out: np.ndarray) -> None:
        """Draw."""
        uniform_into(rng, out, self.low, self.high)

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return 1 / (high - low) inside, 0 outside."""
        return np.where((self.low <= x) & (x < self.high), 1 / (self.high - self.low), 0.0)
