"""Unitary recurrences that cost n log n to apply."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import positive
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import PIECE, matrices_of, matrix_shape, pieces
from initlab.init.promises import Orthonormal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Unitary"]


@dataclass(frozen=True)
class Unitary(Initializer):
    """D3 R2 F^-1 D2 P R1 F D1, the recurrence of unitary RNNs (Arjovsky, Shah & Bengio, 2016).

    D are diagonal phases, R reflections at complex vectors, P a permutation, F the Fourier
    transform. A real parameter holds it as [[Re, -Im], [Im, Re]], an orthogonal matrix.

    Args:
        scale: the length of the orthogonal vectors.
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("unitary", scale=self.scale)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw in double precision, some rows at a time.

        Raises:
            ShapeError: for anything but square matrices of even side.
        """
        _, n = self._check(spec)
        half = n // 2
        with matrices_of(out, spec) as matrices:
            for matrix in matrices:
                factors = _factors(half, rng)
                for (rows,) in pieces((half,), max(1, PIECE // (2 * n))):
                    u = self.scale * _rows(rows, *factors)
                    upper, lower = matrix[:half][rows], matrix[half:][rows]
                    upper[...] = np.hstack([u.real, -u.imag]).reshape(upper.shape)
                    lower[...] = np.hstack([u.imag, u.real]).reshape(lower.shape)

    def law(self, spec: ParameterSpec) -> Law:
        """Return mean 0, since phases are uniform, and variance scale^2 / n by orthonormality."""
        _, n = self._check(spec)
        return Law(
            mean=0.0,
            variance=self.scale**2 / n,
            low=-self.scale,
            high=self.scale,
            entries=Entries.dependent,
            promises=(Orthonormal(self.scale),),
        )

    @staticmethod
    def _check(spec: ParameterSpec) -> tuple[int, int]:
        copies, rows, columns = matrix_shape(spec)
        if rows != columns or rows % 2:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} maps {columns} to {rows}; unitary is for "
                "recurrent weights, square and of even side. Choose orthogonal."
            )
        return copies, rows


def _factors(n: int, rng: np.random.Generator) -> tuple[NDArray[Any], ...]:
    """Return the diagonals of D1, D2 and D3, the vectors of R1 and R2, and P."""
    diagonals = np.exp(1j * rng.uniform(-pi, pi, (3, n)))
    first = rng.uniform(-1, 1, (2, n))
    permutation = rng.permutation(n)
    second = rng.uniform(-1, 1, (2, n))
    return diagonals, first[0] + 1j * first[1], second[0] + 1j * second[1], permutation


def _rows(
    rows: slice,
    diagonals: NDArray[Any],
    first: NDArray[Any],
    second: NDArray[Any],
    permutation: NDArray[Any],
) -> NDArray[Any]:
    """Return some rows of the product: of the identity, and one factor after another."""
    d1, d2, d3 = diagonals
    u = np.zeros((len(d3[rows]), len(d3)), d3.dtype)
    np.einsum("ii->i", u[:, rows])[...] = d3[rows]
    u = d2 * np.fft.ifft(_reflected(u, second), norm="ortho")
    u[:, permutation] = u.copy()
    product: NDArray[Any] = d1 * np.fft.fft(_reflected(u, first), norm="ortho")
    return product


def _reflected(u: NDArray[Any], v: NDArray[Any]) -> NDArray[Any]:
    return u - np.outer(u @ v, 2 * v.conj() / (np.abs(v) ** 2).sum())
