"""How far each weight stretches what it is applied to, and in how many directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.nd import single
from initlab.probes.probe import Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["WeightSpectrum", "singular_values"]


@dataclass(frozen=True)
class WeightSpectrum(Probe):
    """The largest and the least singular value of each weight, and its stable rank.

    A parameter of more than two axes is the matrix of its first axis by all others, one of a single
    axis has none. The stable rank (Rudelson and Vershynin, 2007) is the sum of the values' squares
    by the largest's: 1 where one direction has all, the rank where all have the same.
    """

    headlines = ("weight_spectral_norm",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield three readings a parameter that is a matrix."""
        weights = {p: w for p, w in snapshot.weights.items() if w.ndim > 1 and w.size}
        matrices = [weight.reshape(len(weight), -1) for weight in weights.values()]
        for path, values in zip(weights, singular_values(matrices), strict=True):
            largest, squares = float(values[0]), float(np.square(values / (values[0] or 1)).sum())
            yield Reading("weight_spectral_norm", path, largest)
            yield Reading("weight_least_singular_value", path, float(values[-1]))
            yield Reading("weight_stable_rank", path, squares)


def singular_values(matrices: Sequence[NDArray[Any]]) -> list[NDArray[np.floating]]:
    """Return those of each matrix, falling, in at least single precision; NaN where it has one.

    >>> (values,) = singular_values([np.array([[0.0, 3.0], [-4.0, 0.0]])])
    >>> values.round(12).tolist()
    [4.0, 3.0]
    """
    with single():
        return [_values(matrix) for matrix in matrices]


def _values(matrix: NDArray[Any]) -> NDArray[np.floating]:
    from scipy.linalg import svdvals  # LAPACK's by SciPy takes half the time of NumPy's

    wide = matrix.astype(np.float32) if matrix.dtype == np.float16 else matrix
    if not np.isfinite(wide).all():
        return np.full(min(matrix.shape), np.nan)
    found: NDArray[np.floating] = svdvals(wide.T, check_finite=False)  # by columns, as LAPACK's are
    return found
