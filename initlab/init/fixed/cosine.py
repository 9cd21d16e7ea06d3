"""A fixed orthogonal matrix of cosines."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.checks import positive
from initlab.init.fixed.fixed import Fixed
from initlab.init.matrices import from_matrices, matrix_shape
from initlab.init.promises import Orthonormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Cosine"]


@dataclass(frozen=True)
class Cosine(Fixed):
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

    def values(self, spec: ParameterSpec) -> NDArray[Any]:
        """Return the matrix, the same for every copy and group.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        copies, rows, columns = matrix_shape(spec)
        n, m = max(rows, columns), min(rows, columns)
        waves = np.cos(pi / (2 * n) * np.outer(np.arange(m), 2 * np.arange(n) + 1))
        waves *= sqrt(2 / n) * self.scale
        waves[0] /= sqrt(2)
        matrix = waves if rows <= columns else waves.T
        return from_matrices(np.broadcast_to(matrix, (copies, rows, columns)), spec)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values; they are orthonormal."""
        return replace(super().law(spec), promises=(Orthonormal(self.scale),))
