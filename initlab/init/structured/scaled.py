"""Another initializer's values times a factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.init.checks import finite
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.law import Law

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Scaled"]


@dataclass(frozen=True)
class Scaled(Initializer):
    """What another initializer draws, times a factor.

    Args:
        factor: the factor.
        of: draws the values.
    """

    factor: float = 1.0
    of: Initializer = VarianceScaling(2.0)

    def __post_init__(self) -> None:
        finite("scaled", factor=self.factor)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Have the other write into `out`, and multiply there."""
        self.of.write(spec, rng, out)
        out *= spec.dtype.type(self.factor)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of the product; promises are not handed on."""
        base, f = self.of.law(spec), self.factor
        if f == 0:
            return Law(0.0, 0.0, 1.0, 0.0, 0.0, base.entries)
        low, high = sorted((f * base.low, f * base.high))
        return Law(
            None if base.mean is None else f * base.mean,
            None if base.variance is None else f * f * base.variance,
            base.kurtosis,
            low,
            high,
            base.entries,
        )
