"""The normal law."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.init.law import Law
from initlab.nd.random import normal_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Gaussian"]


@dataclass(frozen=True)
class Gaussian:
    """N(mean, std^2)."""

    std: float
    mean: float = 0.0

    @property
    def law(self) -> Law:
        """Kurtosis 3."""
        return Law(self.mean, self.std * self.std, 3.0)

    def into(self, rng: np.random.Generator, out: np.ndarray) -> None:
        """Draw."""
        normal_into(rng, out, self.std, self.mean)

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return phi(z) / std at z = (x - mean) / std."""
        z = (x - self.mean) / self.std
        found: NDArray[np.float64] = np.exp(-(z**2) / 2) / (sqrt(2 * pi) * self.std)
        return found
