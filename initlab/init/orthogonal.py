"""Orthogonal matrices, uniform over all of them."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from initlab.init.checks import positive
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["HaarOrthogonal"]


@dataclass(frozen=True)
class HaarOrthogonal(Initializer):
    """A Haar-distributed matrix with orthonormal rows or columns, times `scale`.

    Saxe et al. (2013): Q of the QR decomposition of a Gaussian matrix, each column times the
    sign of R's diagonal, without which Q is not uniform (Mezzadri, 2007). Tensors with more than
    two axes are taken as (outputs, everything else); every group of outputs and every index of the
    batch axes has a matrix of its own, since the layer applies it as a map of its own.

    Args:
        scale: the length of the orthogonal vectors.

    >>> from initlab.init import ParameterSpec
    >>> w = HaarOrthogonal()(ParameterSpec((2, 3), "float64"), np.random.default_rng(0))
    >>> bool(np.allclose(w @ w.T, np.eye(2)))
    True
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("orthogonal", scale=self.scale)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw in float64 and round to the spec's precision.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        rows, columns = self._matrix(spec)
        order = _batch_out_rest(spec)
        shape = tuple(spec.shape[axis] for axis in order)
        matrices = haar(prod(shape) // (rows * columns), rows, columns, rng)
        values = np.transpose(matrices.reshape(shape), np.argsort(order))
        return np.ascontiguousarray(self.scale * values, spec.dtype)

    def variance(self, spec: ParameterSpec) -> float:
        """Return scale^2 / max(rows, columns): the long sides are unit vectors of that length."""
        return self.scale**2 / max(self._matrix(spec))

    def kurtosis(self, spec: ParameterSpec) -> None:  # noqa: ARG002 - the same for every shape
        """Return None: the entries depend on each other."""
        return

    def _matrix(self, spec: ParameterSpec) -> tuple[int, int]:
        """Return the rows and columns of one matrix."""
        spec.require_fans()
        spec.require_known()
        rows = prod(spec.shape[axis] for axis in spec.out_axes) // spec.groups
        copies = prod(spec.shape[axis] for axis in spec.batch_axes) * spec.groups
        return rows, prod(spec.shape) // (rows * copies)


def haar(count: int, rows: int, columns: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return `count` independent matrices with orthonormal rows or columns, of shape (n, r, c)."""
    gaussian = rng.standard_normal((count, max(rows, columns), min(rows, columns)))
    q, r = np.linalg.qr(gaussian)
    q *= np.copysign(1.0, np.diagonal(r, axis1=1, axis2=2))[:, None, :]
    return q if rows >= columns else np.swapaxes(q, 1, 2)


def _batch_out_rest(spec: ParameterSpec) -> tuple[int, ...]:
    """Return the axes in the order in which matrices are cut: copies, outputs, all others."""
    rank = len(spec.shape)
    ahead = [axis % rank for axis in (*spec.batch_axes, *spec.out_axes)]
    return (*ahead, *(axis for axis in range(rank) if axis not in ahead))
