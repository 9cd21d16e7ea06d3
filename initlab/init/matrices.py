"""A parameter as the matrices that its layer applies: copies x outputs x everything else."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["as_matrices", "from_matrices", "in_double", "matrix_shape", "seen_as"]


def matrix_shape(spec: ParameterSpec) -> tuple[int, int, int]:
    """Return (copies, rows, columns): a matrix for each batch index and group of outputs.

    Raises:
        ShapeError: when it has no input and output axes, or an unknown dimension.

    >>> from initlab.init import ParameterSpec
    >>> matrix_shape(ParameterSpec((6, 2, 3, 3), groups=2))
    (2, 3, 18)
    """
    spec.require_fans()
    spec.require_known()
    copies = prod(spec.shape[axis] for axis in spec.batch_axes) * spec.groups
    return copies, spec.outputs, spec.fan_in


def as_matrices(values: NDArray[Any], spec: ParameterSpec) -> NDArray[Any]:
    """Return `values`, of the spec's shape, as matrices; a view where one is possible."""
    copies, rows, columns = matrix_shape(spec)
    cut = np.transpose(values, _order(spec))
    if spec.grouped == "in":
        return (
            cut.reshape(copies, spec.inputs, rows, spec.receptive)
            .swapaxes(1, 2)
            .reshape(copies, rows, columns)
        )
    return cut.reshape(copies, rows, columns)


def seen_as(spec: ParameterSpec, values: NDArray[Any]) -> NDArray[Any]:
    """Return `values`, of any shape of that size, as the matrices of `spec`."""
    return as_matrices(values.reshape(spec.shape), spec)


def from_matrices(matrices: NDArray[Any], spec: ParameterSpec) -> NDArray[np.floating]:
    """Return matrices as an array of the spec's shape and dtype; the inverse of `as_matrices`."""
    copies, rows, _ = matrix_shape(spec)
    if spec.grouped == "in":
        matrices = matrices.reshape(copies, rows, spec.inputs, spec.receptive).swapaxes(1, 2)
    order = _order(spec)
    cut = matrices.reshape(tuple(spec.shape[axis] for axis in order))
    return np.ascontiguousarray(np.transpose(cut, np.argsort(order)), spec.dtype)


def in_double(values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` in double precision, real or complex."""
    return values.astype(np.result_type(values, np.float64))


def _order(spec: ParameterSpec) -> tuple[int, ...]:
    """Return the axes as matrices are cut: copies, the grouped side, the other, receptive field."""
    rank = len(spec.shape)
    sides = (spec.out_axes, spec.in_axes)
    first, second = sides if spec.grouped == "out" else reversed(sides)
    ahead = [axis % rank for axis in (*spec.batch_axes, *first, *second)]
    return (*ahead, *spec.receptive_axes)
