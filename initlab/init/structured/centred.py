"""Rows that sum to zero."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrix_shape
from initlab.init.promises import Rows
from initlab.init.structured.units import centre, some_rows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Centred"]


@dataclass(frozen=True)
class Centred(Initializer):
    """What another initializer draws, minus its mean over each output's weights.

    A constant input, such as the mean of ReLU signals, then adds nothing. Huang et al. (2017) keep
    weights so while they train, centred weight normalization; as first values it has no paper.

    Args:
        of: draws the values.
    """

    of: Initializer = VarianceScaling(2.0)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Have the other write into `out`, and subtract means there.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        spec.require_fans()
        self.of.write(spec, rng, out)
        for rows, along in some_rows(out, spec):
            centre(rows, along)

    def law(self, spec: ParameterSpec) -> Law:
        """Return variance (1 - 1/n) of the values', where these are independent."""
        n = matrix_shape(spec)[2]
        base = self.of.law(spec)
        promises = (Rows(sum=0.0),)
        if base.entries is not Entries.independent or base.variance is None:
            return Law(mean=0.0, entries=Entries.dependent, promises=promises)
        kurtosis = None
        if base.kurtosis is not None and n > 1:  # w_i - mean = sum_j a_j w_j: cumulants add
            squares = 1 - 1 / n
            fourth = (1 - 1 / n) ** 4 + (n - 1) / n**4
            kurtosis = 3 + (base.kurtosis - 3) * fourth / squares**2
        width = base.high - base.low
        far = width * (1 - 1 / n) if width < inf else inf
        variance = base.variance * (1 - 1 / n)
        return Law(0.0, variance, kurtosis, -far, far, Entries.dependent, promises)
