"""The normal law cut at both sides, with its exact moments."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import erfc, exp, isinf, pi, sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError
from initlab.init.independent.gaussian import Gaussian
from initlab.init.law import Law
from initlab.nd.random import truncated_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["TWO_STD", "TruncatedGaussian"]

LEAST_MASS = 0.01  # the draw rejects what is outside: a hundred tries for each value at most


@dataclass(frozen=True)
class TruncatedGaussian:
    """mean + std z with z from N(0, 1) cut to [low, high].

    The moments come from E z^k = (k - 1) E z^(k-2) - (high^(k-1) phi(high) - low^(k-1) phi(low)) /
    mass, by partial integration.

    Raises:
        BadValueError: when less than a hundredth of N(0, 1) lies in [low, high].

    >>> round(TruncatedGaussian(1.0, -2, 2).law.variance ** 0.5, 15)
    0.87962566103424
    """

    std: float
    low: float
    high: float
    mean: float = 0.0

    def __post_init__(self) -> None:
        if not self.mass >= LEAST_MASS:
            raise BadValueError(
                f"A normal law cut to [{self.low:g}, {self.high:g}] deviations keeps "
                f"{max(self.mass, 0):.2g} of its mass; at least {LEAST_MASS:g} must stay. Widen "
                "the bounds or move the mean."
            )

    @cached_property
    def mass(self) -> float:
        """P(low <= z <= high)."""
        return (erfc(self.low / sqrt(2)) - erfc(self.high / sqrt(2))) / 2

    @property
    def law(self) -> Law:
        """The exact moments."""
        moments = [1.0]
        for k in range(1, 5):
            edge = _edge(self.high, k - 1) - _edge(self.low, k - 1)
            moments.append((k - 1) * moments[k - 2] - edge / self.mass)
        _, m, second, third, fourth = moments
        variance = second - m**2
        central = fourth - 4 * m * third + 6 * m**2 * second - 3 * m**4
        return Law(
            self.mean + self.std * m,
            self.std * self.std * variance,
            central / variance**2,
            self.mean + self.std * self.low,
            self.mean + self.std * self.high,
        )

    def into(self, rng: np.random.Generator, out: np.ndarray) -> None:
        """Draw, and draw again what falls outside."""
        truncated_into(rng, out, self.low, self.high, self.std, self.mean)

    def density(self, x: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the uncut law's over the mass that stays, 0 outside."""
        z = (x - self.mean) / self.std
        inside = (self.low <= z) & (z <= self.high)
        return np.where(inside, Gaussian(self.std, self.mean).density(x) / self.mass, 0.0)


def _edge(z: float, power: int) -> float:
    return 0.0 if isinf(z) else z**power * exp(-(z**2) / 2) / sqrt(2 * pi)


TWO_STD = sqrt(TruncatedGaussian(1.0, -2.0, 2.0).law.variance or 1.0)
"""The std of N(0, 1) cut at +-2: 0.8796256610342398."""
