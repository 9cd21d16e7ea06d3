"""A fixed orthogonal matrix of signs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import positive
from initlab.init.fixed.formula import Formula
from initlab.init.matrices import matrix_shape
from initlab.init.promises import Orthonormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Hadamard", "sylvester"]


@dataclass(frozen=True)
class Hadamard(Formula):
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

    def entry(self, spec: ParameterSpec, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
        """Return the signs over sqrt(n).

        Raises:
            ShapeError: when the longer side is no power of two.
        """
        _, rows, columns = matrix_shape(spec)
        n = max(rows, columns)
        if n & (n - 1):
            raise ShapeError(
                f"{spec.label} maps {columns} to {rows}, and a Hadamard matrix of {n} rows is not "
                "made here: the longer side must be a power of two. Choose cosine, or orthogonal."
            )
        return self.scale / sqrt(n) * sylvester(i, j)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values; they are orthonormal."""
        return replace(super().law(spec), promises=(Orthonormal(self.scale),))


def sylvester(i: NDArray[Any], j: NDArray[Any]) -> NDArray[np.float64]:
    """Return -1 where i and j have an odd number of binary digits 1 in common, else 1.

    >>> i, j = np.ogrid[:4, :4]
    >>> sylvester(i, j).astype(int).tolist()
    [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]]
    """
    return np.where(np.bitwise_count(i & j) % 2, -1.0, 1.0)
