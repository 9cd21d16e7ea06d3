"""The normal law."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.init.law import Law
from initlab.nd.random import normal_into

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Gaussian"]


@dataclass(frozen=True)
class Gaussian:
    """N(mean, std^2)."""

    std: float
    mean: float = 0.0

    @property
    def law(self) -> Law:
        """Kurtosis 3."""
        return Law(self.mean, self.std**2, 3.0)

    def into(self, rng: np.random.Generator, out: np.ndarray) -> None:
        """Draw."""
        normal_into(rng, out, self.std, self.mean)
