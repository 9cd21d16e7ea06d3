"""Independent draws from one distribution, whatever the parameter's shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import erf, exp, pi, sqrt
from typing import TYPE_CHECKING

from initlab.init.checks import finite, not_negative
from initlab.init.draws import draw_normal, draw_truncated, draw_uniform
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["TRUNCATED_KURTOSIS", "TRUNCATED_STD", "Normal", "TruncatedNormal", "Uniform"]

BOUND = 2.0
_DENSITY = exp(-(BOUND**2) / 2) / sqrt(2 * pi)
_MASS = erf(BOUND / sqrt(2))
_SECOND = 1 - 2 * BOUND * _DENSITY / _MASS
_FOURTH = 3 - 2 * (BOUND**3 + 3 * BOUND) * _DENSITY / _MASS
TRUNCATED_STD = sqrt(_SECOND)
"""The std of N(0, 1) cut at +-2: 0.8796256610342398."""
TRUNCATED_KURTOSIS = _FOURTH / _SECOND**2
"""The kurtosis of N(0, 1) cut at +-2: 2.36554."""


@dataclass(frozen=True)
class Uniform(Initializer):
    """U[-scale, scale); Gluon's default, with scale 0.07.

    Args:
        scale: the bound.

    >>> round(Uniform(3).variance(None))
    3
    """

    scale: float = 0.07

    def __post_init__(self) -> None:
        not_negative("uniform", scale=self.scale)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        return draw_uniform(spec, rng, self.scale)

    def variance(self, spec: ParameterSpec) -> float:  # noqa: ARG002 - the same for every shape
        """Return scale^2 / 3."""
        return self.scale**2 / 3

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 9/5."""
        return 1.8


@dataclass(frozen=True)
class Normal(Initializer):
    """N(mean, sigma^2).

    Args:
        sigma: the standard deviation.
        mean: the mean; by keyword, for Gluon has none.

    >>> Normal(0.5).variance(None)
    0.25
    """

    sigma: float = 0.01
    mean: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        not_negative("normal", sigma=self.sigma)
        finite("normal", mean=self.mean)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        return _shifted(draw_normal(spec, rng, self.sigma), self.mean)

    def variance(self, spec: ParameterSpec) -> float:  # noqa: ARG002 - the same for every shape
        """Return sigma^2."""
        return self.sigma**2

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 3."""
        return 3.0


@dataclass(frozen=True)
class TruncatedNormal(Initializer):
    """A normal law cut at two of its deviations and widened so that its std is exactly sigma.

    The parent's deviation is sigma / 0.87962566: most frameworks leave that out, and draw 12 %
    too little.

    Args:
        sigma: the standard deviation of what is drawn.
        mean: the mean.

    >>> round(TRUNCATED_STD, 12)
    0.879625661034
    """

    sigma: float = 0.01
    mean: float = 0.0

    def __post_init__(self) -> None:
        not_negative("truncated_normal", sigma=self.sigma)
        finite("truncated_normal", mean=self.mean)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw, and draw again what falls beyond two deviations of the parent."""
        values = draw_truncated(spec, rng, BOUND, self.sigma / TRUNCATED_STD)
        return _shifted(values, self.mean)

    def variance(self, spec: ParameterSpec) -> float:  # noqa: ARG002 - the same for every shape
        """Return sigma^2."""
        return self.sigma**2

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 2.36554, that of a normal law cut at two deviations."""
        return TRUNCATED_KURTOSIS


def _shifted(values: NDArray[np.floating], mean: float) -> NDArray[np.floating]:
    if mean:
        values += mean
    return values
