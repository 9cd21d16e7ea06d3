"""A recurrence with one eigenvalue 1 and no larger one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import ShapeError
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import from_matrices, matrix_shape
from initlab.init.promises import LargestSingular

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["NPRNN"]


@dataclass(frozen=True)
class NPRNN(Initializer):
    """(A + I) / its largest eigenvalue, A = R'R / n with R Gaussian (Talathi & Vartak, 2015).

    Symmetric and positive definite: along one direction a ReLU recurrence keeps what it has, and
    along all others it forgets.
    """

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw in double precision.

        Raises:
            ShapeError: for anything but square matrices.
        """
        copies, n = _square(spec)
        r = rng.standard_normal((copies, n, n))
        a = np.swapaxes(r, 1, 2) @ r / n + np.eye(n)
        return from_matrices(a / np.linalg.eigvalsh(a)[:, -1, None, None], spec)

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
