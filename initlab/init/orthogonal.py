"""Orthogonal matrices, uniform over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import positive
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Orthogonal"]


@dataclass(frozen=True)
class Orthogonal(Initializer):
    """A Haar-distributed matrix with orthonormal rows or columns, times `scale`.

    Saxe et al. (2013): Q of the QR decomposition of a Gaussian matrix, each column times the
    sign of R's diagonal, without which Q is not uniform (Mezzadri, 2007). Tensors with more than
    two axes are taken as (outputs, everything else).
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("orthogonal", scale=self.scale)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw in float64 and round to the spec's precision."""
        rows, columns = self._matrix(spec)
        gaussian = rng.standard_normal((max(rows, columns), min(rows, columns)))
        q, r = np.linalg.qr(gaussian)
        q *= np.sign(np.diag(r))
        matrix = q if rows >= columns else q.T
        ahead = [spec.shape[axis] for axis in spec.out_axes]
        behind = [dim for axis, dim in enumerate(spec.shape) if axis not in spec.out_axes]
        axes = range(len(ahead))
        values = np.moveaxis(matrix.reshape(*ahead, *behind), axes, spec.out_axes)
        return np.ascontiguousarray(self.scale * values, spec.dtype)

    def variance(self, spec: ParameterSpec) -> float:
        """Return scale^2 / max(rows, columns): the long sides are unit vectors of that length."""
        return self.scale**2 / max(self._matrix(spec))

    def kurtosis(self, spec: ParameterSpec) -> None:  # noqa: ARG002
        """Return None: the entries depend on each other."""
        return

    def _matrix(self, spec: ParameterSpec) -> tuple[int, int]:
        if len(spec.shape) < 2 or spec.batch_axes:
            raise ShapeError(
                f"orthogonal needs a matrix of outputs by inputs, but parameter {spec.name!r} has "
                f"shape {spec.shape}. For a vector choose zeros, constant, uniform or normal."
            )
        rows = int(np.prod([spec.shape[axis] for axis in spec.out_axes]))
        return rows, int(np.prod(spec.shape)) // rows
