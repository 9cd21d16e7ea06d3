"""A recurrence with one eigenvalue 1 and no larger one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrix_shape, whole_matrices
from initlab.init.promises import LargestSingular
from initlab.init.structured.largest import largest_singular
from initlab.nd import single
from initlab.nd.random import fill, normal_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["NPRNN"]

WIDTH = 256  # of the squares that are mirrored at once


@dataclass(frozen=True)
class NPRNN(Initializer):
    """(A + I) / its largest eigenvalue, A = R'R / n with R Gaussian (Talathi & Vartak, 2015).

    Symmetric and positive definite: along one direction a ReLU recurrence keeps what it has, and
    along all others it forgets.
    """

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw in the spec's precision, float16 by way of float32.

        R'R has the law of U U', U an upper triangle of independent numbers: normal ones, and on
        its diagonal the length of an i-dimensional Gaussian vector at place i (Bartlett, 1933).

        Raises:
            ShapeError: for anything but square matrices.
        """
        copies, n = _square(spec)
        with whole_matrices(out, spec, ordered=True) as matrices:
            fill(rng, matrices, normal_into)
            diagonals = np.einsum("kii->ki", matrices)
            diagonals[...] = np.sqrt(rng.chisquare(np.arange(1, n + 1), (copies, n)))
            with single():
                for matrix in matrices:
                    _square_triangle(matrix)
            np.divide(matrices, n, out=matrices)
            diagonals += 1
            np.divide(matrices, largest_singular(matrices)[:, None, None], out=matrices)

    def law(self, spec: ParameterSpec) -> Law:
        """Return what is exact: the largest eigenvalue is 1."""
        _square(spec)
        return Law(low=-1.0, high=1.0, entries=Entries.dependent, promises=(LargestSingular(1.0),))


def _square(spec: ParameterSpec) -> tuple[int, int]:
    copies, rows, columns = matrix_shape(spec)
    if rows != columns:
        raise ShapeError(
            f"{spec.label} of shape {spec.shape} maps {columns} to {rows}; np_rnn is for square "
            "recurrent weights. Choose orthogonal."
        )
    return copies, rows


def _square_triangle(matrix: NDArray[Any]) -> None:
    """Put U U' in the place of a matrix whose upper triangle is U."""
    from scipy.linalg.lapack import dlauum, slauum  # not at the top: `plan` draws nothing

    lauum = slauum if matrix.dtype == np.float32 else dlauum
    lauum(matrix.T, lower=1, overwrite_c=1)  # which is Fortran's order; the upper half of U U'
    for start in range(0, len(matrix), WIDTH):
        block = slice(start, start + WIDTH)
        matrix[start + WIDTH :, block] = matrix[block, start + WIDTH :].T
        square = matrix[block, block]
        square[...] = np.triu(square) + np.triu(square, 1).T
