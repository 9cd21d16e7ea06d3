"""An initializer without randomness: it says which values a parameter gets."""

from __future__ import annotations

from dataclasses import replace
from math import fsum
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Fixed", "moments"]


class Fixed(Initializer):
    """Subclasses define `put(spec, out)`; what is claimed follows from the values."""

    random: ClassVar[bool] = False

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the values into `out`, an array of the spec's shape and dtype."""
        raise NotImplementedError(f"{type(self).__name__} is Fixed without put(self, spec, out)")

    def write(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
        out: NDArray[np.floating],
    ) -> None:
        """Write the values."""
        self.put(spec, out)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values, in double precision."""
        spec.require_known()
        double = np.result_type(spec.dtype, np.float64)
        values = np.empty(spec.shape, double)
        self.put(replace(spec, dtype=double), values)
        return moments(values)


def moments(values: NDArray[np.floating]) -> Law:
    """Return the law of an entry chosen at random from fixed values; kurtosis 1 where all agree."""
    w = np.real(values)
    low, high, mean = float(w.min()), float(w.max()), float(w.mean(dtype=np.float64))
    sums = [[np.sum((w[some] - np.float64(mean)) ** k) for some in pieces(w.shape)] for k in (2, 4)]
    variance, fourth = (fsum(parts) / w.size if low < high else 0.0 for parts in sums)
    kurtosis = fourth / variance**2 if variance**2 else 1.0
    return Law(mean, variance, kurtosis, low, high, Entries.fixed)
