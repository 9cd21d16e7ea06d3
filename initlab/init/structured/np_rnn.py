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

PIECE = 2**16  # numbers of rows that are multiplied at once


@dataclass(frozen=True)
class NPRNN(Initializer):
    """(A + I) / its largest eigenvalue, A = R'R / n with R Gaussian (Talathi & Vartak, 2015).

    Symmetric and positive definite: along one direction a ReLU recurrence keeps what it has, and
    along all others it forgets.
    """

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw in the spec's precision; float16 is summed in single.

        R'R has the law of U U', U an upper triangle of independent numbers: normal ones, and on
        its diagonal the length of an i-dimensional Gaussian vector at place i (Bartlett, 1933).

        Raises:
            ShapeError: for anything but square matrices.
        """
        n = _side(spec)
        with whole_matrices(out, spec, ordered=True) as matrices:
            fill(rng, matrices, normal_into)
            with single():
                for matrix in matrices:
                    np.einsum("ii->i", matrix)[...] = np.sqrt(rng.chisquare(np.arange(1, n + 1)))
                    _square_triangle(matrix)
            for some, largest in largest_singular(matrices):
                np.divide(some, largest[:, None, None], out=some)

    def law(self, spec: ParameterSpec) -> Law:
        """Return what is exact: the largest eigenvalue is 1."""
        _side(spec)
        return Law(low=-1.0, high=1.0, entries=Entries.dependent, promises=(LargestSingular(1.0),))


def _side(spec: ParameterSpec) -> int:
    _, rows, columns = matrix_shape(spec)
    if rows != columns:
        raise ShapeError(
            f"{spec.label} of shape {spec.shape} maps {columns} to {rows}; np_rnn is for square "
            "recurrent weights. Choose orthogonal."
        )
    return rows


def _square_triangle(matrix: NDArray[Any]) -> None:
    """Put U U' / n + I in the place of a matrix whose upper triangle is U, some columns at a time.

    Those of the product come from U's from there on, and the next ones not from those before.
    """
    n = len(matrix)
    wide, width = np.result_type(matrix, np.float32), max(1, PIECE // n)
    height = n if matrix.dtype == wide else width
    for start in range(0, n, width):
        own = slice(start, start + width)
        rows = np.triu(matrix[own, start:]).astype(wide, copy=False)
        for top in range(0, start, height):
            above = slice(top, min(top + height, start))
            matrix[above, own] = matrix[above, start:].astype(wide, copy=False) @ rows.T / n
        square = rows @ rows.T / n
        np.einsum("ii->i", square)[...] += 1
        matrix[own, own] = square
        matrix[own, :start] = matrix[:start, own].T
