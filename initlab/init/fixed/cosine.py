"""A fixed orthogonal matrix of cosines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.checks import positive
from initlab.init.fixed.formula import Formula
from initlab.init.matrices import matrix_shape
from initlab.init.promises import Orthonormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Cosine"]


@dataclass(frozen=True)
class Cosine(Formula):
    """The first rows or columns of the discrete cosine transform (Ahmed et al., 1974), orthonormal.

    Row k of n: sqrt(2 / n) cos(pi k (2j + 1) / 2n), row 0 over sqrt(2).

    Args:
        scale: the length of the orthogonal vectors.

    >>> from initlab.init import ParameterSpec
    >>> Cosine()(ParameterSpec((1, 4)), None).tolist()
    [[0.5, 0.5, 0.5, 0.5]]
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("cosine", scale=self.scale)

    def entry(self, spec: ParameterSpec, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
        """Return sqrt(2 / n) cos(pi k (2t + 1) / 2n), of the first rows, or of their transpose."""
        _, rows, columns = matrix_shape(spec)
        n = max(rows, columns)
        k, t = (i, j) if rows <= columns else (j, i)
        waves = sqrt(2 / n) * self.scale * np.cos(pi / (2 * n) * (k * (2 * t + 1)))
        entries: NDArray[Any] = waves / np.where(k == 0, sqrt(2), 1)
        return entries

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values; they are orthonormal."""
        return replace(super().law(spec), promises=(Orthonormal(self.scale),))
