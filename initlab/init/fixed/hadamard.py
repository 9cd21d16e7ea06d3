"""A fixed orthogonal matrix of signs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import positive
from initlab.init.fixed.fixed import Fixed
from initlab.init.matrices import from_matrices, matrix_shape
from initlab.init.promises import Orthonormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Hadamard", "sylvester"]


@dataclass(frozen=True)
class Hadamard(Fixed):
    """Rows or columns of Sylvester's Hadamard matrix (1867), H / sqrt(n), orthonormal.

    The longer side must be a power of two. All entries have the same absolute value.

    Args:
        scale: the length of the orthogonal vectors.

    >>> from initlab.init import ParameterSpec
    >>> Hadamard(2**0.5)(ParameterSpec((2, 2), "float64"), None).round(12).tolist()
    [[1.0, 1.0], [1.0, -1.0]]
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("hadamard", scale=self.scale)

    def values(self, spec: ParameterSpec) -> NDArray[Any]:
        """Return the matrix, the same for every copy and group.

        Raises:
            ShapeError: when the longer side is no power of two.
        """
        copies, rows, columns = matrix_shape(spec)
        n = max(rows, columns)
        if n & (n - 1):
            raise ShapeError(
                f"{spec.label} maps {columns} to {rows}, and a Hadamard matrix of {n} rows is not "
                "made here: the longer side must be a power of two. Choose cosine, or orthogonal."
            )
        matrix = self.scale / sqrt(n) * sylvester(n)[:rows, :columns]
        return from_matrices(np.broadcast_to(matrix, (copies, rows, columns)), spec)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values; they are orthonormal."""
        return replace(super().law(spec), promises=(Orthonormal(self.scale),))


def sylvester(n: int) -> NDArray[np.float64]:
    """Return the n x n matrix of +-1 with orthogonal rows, n a power of two."""
    matrix = np.ones((1, 1))
    while len(matrix) < n:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return matrix
