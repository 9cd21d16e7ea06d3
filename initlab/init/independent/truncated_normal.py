"""Truncated normal, whatever the parameter's shape."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from initlab.errors import BadValueError
from initlab.init.checks import choice, finite, not_negative, positive
from initlab.init.independent.independent import Independent
from initlab.init.independent.truncated_gaussian import TruncatedGaussian

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["Bounds", "TruncatedNormal"]


class Bounds(StrEnum):
    """What `low` and `high` of a truncated normal law are."""

    widened = "widened"
    relative = "relative"
    absolute = "absolute"


@dataclass(frozen=True, repr=False)
class TruncatedNormal(Independent):
    """A normal law cut at two of its deviations and widened so that its std is exactly sigma.

    The parent's deviation is sigma / 0.87962566. The frameworks' own laws are not widened: Keras
    and JAX cut N(mean, sigma^2) at two deviations (relative), so that the std is 0.88 sigma; torch
    and timm cut it at the values -2 and 2 (absolute), where for sigma = 0.02 there is nothing.

    Args:
        sigma: the standard deviation of what is drawn (widened), or of the parent.
        mean: the parent's mean.
        low: the lower bound, in the parent's deviations from its mean, or (absolute) a value.
        high: the upper bound, likewise.
        bounds: widened, relative or absolute.

    >>> round(TruncatedNormal(1.0).variance(None), 12)
    1.0
    >>> round(TruncatedNormal(1.0, bounds="relative").variance(None) ** 0.5, 12)
    0.879625661034
    """

    sigma: float = 0.01
    mean: float = 0.0
    low: float = -2.0
    high: float = 2.0
    bounds: Bounds = Bounds.widened

    def __post_init__(self) -> None:
        not_negative("truncated_normal", sigma=self.sigma)
        finite("truncated_normal", mean=self.mean)
        kind = choice("truncated_normal", "bounds", self.bounds, Bounds)
        object.__setattr__(self, "bounds", kind)
        if not self.low < self.high:
            raise BadValueError(
                f"truncated_normal: low must be below high, got {self.low!r} and {self.high!r}."
            )
        if kind is Bounds.absolute:
            positive("truncated_normal: with absolute bounds", sigma=self.sigma)
        self._parent()

    def entry(self, spec: ParameterSpec) -> TruncatedGaussian:  # noqa: ARG002 - the same for all
        """Return the cut law."""
        return self._parent()

    def _parent(self) -> TruncatedGaussian:
        low, high, sigma = self.low, self.high, self.sigma
        if self.bounds is Bounds.absolute:
            low, high = (low - self.mean) / sigma, (high - self.mean) / sigma
        if self.bounds is Bounds.widened:
            sigma /= sqrt(TruncatedGaussian(1.0, low, high).law.variance or 1.0)
        return TruncatedGaussian(sigma, low, high, self.mean)
