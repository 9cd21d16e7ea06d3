"""The uniform law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.init.law import Law
from initlab.nd.random import uniform_into

if TYPE_CHECKING:
    import numpy as np

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
        variance = (self.high - self.low) ** 2 / 12
        return Law((self.low + self.high) / 2, variance, 1.8, self.low, self.high)

    def into(self, rng: np.random.Generator, out: np.ndarray) -> None:
        """Draw."""
        uniform_into(rng, out, self.low, self.high)
