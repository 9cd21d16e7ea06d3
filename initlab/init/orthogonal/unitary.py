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
from initlab.init.matrices import from_matrices, matrix_shape
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

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw in double precision.

        Raises:
            ShapeError: for anything but square matrices of even side.
        """
        copies, n = self._check(spec)
        u = np.stack([_unitary(n // 2, rng) for _ in range(copies)])
        whole = np.block([[u.real, -u.imag], [u.imag, u.real]])
        return from_matrices(self.scale * whole, spec)

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


def _unitary(n: int, rng: np.random.Generator) -> NDArray[Any]:
    phases = np.exp(1j * rng.uniform(-pi, pi, (3, n, 1)))
    u = np.fft.fft(np.diag(phases[0, :, 0]), axis=0, norm="ortho")
    u = phases[1] * _reflected(u, rng)[rng.permutation(n)]
    matrix: NDArray[Any] = phases[2] * _reflected(np.fft.ifft(u, axis=0, norm="ortho"), rng)
    return matrix


def _reflected(u: NDArray[Any], rng: np.random.Generator) -> NDArray[Any]:
    v = rng.uniform(-1, 1, (2, len(u)))
    v = v[0] + 1j * v[1]
    return u - np.outer(v, 2 * (v.conj() @ u) / (np.abs(v) ** 2).sum())
