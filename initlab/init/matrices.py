"""A parameter as the matrices that its layer applies: copies x outputs x everything else."""

from __future__ import annotations

from contextlib import contextmanager
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = [
    "PIECE",
    "as_matrices",
    "from_matrices",
    "in_double",
    "lapack_dtype",
    "matrices_of",
    "matrix_shape",
    "pieces",
    "seen_as",
    "whole_matrices",
]

PIECE = 2**15  # numbers that are worked on at once, in double precision in the cache


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
    return _opened(values, spec).reshape(matrix_shape(spec))


@contextmanager
def matrices_of(values: NDArray[Any], spec: ParameterSpec) -> Iterator[NDArray[Any]]:
    """Lend the matrices of `values`, to be read and written where they lie.

    They are of shape (copies, rows, *columns): what an output sums runs over several axes where
    these do not lie next to each other. Only where outputs, too, do not is it a copy, which is
    written back.

    >>> from initlab.init import ParameterSpec
    >>> hwio = ParameterSpec((3, 3, 4, 6), in_axes=(2,), out_axes=(3,))
    >>> kernels = np.zeros(hwio.shape)
    >>> with matrices_of(kernels, hwio) as matrices:
    ...     matrices[0, 5] = 1.0
    >>> matrices.shape, kernels[2, 1, 3].tolist()
    ((1, 6, 4, 3, 3), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    """
    matrices = _opened(values, spec)
    yield matrices
    if not np.may_share_memory(matrices, values):
        from_matrices(matrices, spec, values)


@contextmanager
def whole_matrices(values: NDArray[Any], spec: ParameterSpec) -> Iterator[NDArray[Any]]:
    """Lend an array to draw matrices in, each contiguous, of float32 or float64.

    It is the memory of `values`, where they may be transposed and their columns in another order,
    which laws do not notice. Where outputs stand between other axes, those trade places afterwards.
    Only for other dtypes, or where copies or outputs lie apart, it is made beside and written back.

    >>> from initlab.init import ParameterSpec
    >>> hwio = ParameterSpec((3, 3, 4, 6), in_axes=(2,), out_axes=(3,))
    >>> with whole_matrices(np.empty(hwio.shape), hwio) as matrices:
    ...     matrices.shape
    (1, 36, 6)
    """
    copies, rows, columns = matrix_shape(spec)
    dtype, around = lapack_dtype(values.dtype), _around_outputs(spec)
    if around is None or values.dtype != dtype or not values.flags.c_contiguous:
        matrices = np.empty((copies, rows, columns), dtype)
        yield matrices
        from_matrices(matrices, spec, values)
        return
    ahead, behind = around
    yield values.reshape((copies, rows, columns) if ahead == 1 else (copies, columns, rows))
    if ahead > 1 and behind > 1:
        _exchange(values.reshape(-1, behind, rows))


def lapack_dtype(dtype: np.dtype[Any]) -> type[np.float32 | np.float64]:
    """Return what real matrices of a parameter of that dtype are computed in.

    >>> lapack_dtype(np.dtype("float16")), lapack_dtype(np.dtype("complex128"))
    (<class 'numpy.float32'>, <class 'numpy.float64'>)
    """
    return np.float64 if np.finfo(dtype).dtype == np.float64 else np.float32


def pieces(shape: tuple[int, ...], size: int = PIECE) -> Iterator[tuple[slice, ...]]:
    """Cut an array of `shape` into parts of at most `size` numbers, whole along its last axes.

    >>> list(pieces((3, 4), 8))
    [(slice(0, 2, None), slice(0, 4, None)), (slice(2, 3, None), slice(0, 4, None))]
    """
    if not shape:
        yield ()
        return
    first, *rest = shape
    step = max(1, size // max(1, prod(rest)))
    for start in range(0, first, step):
        for others in pieces(tuple(rest), size):
            yield slice(start, min(start + step, first)), *others


def seen_as(spec: ParameterSpec, values: NDArray[Any]) -> NDArray[Any]:
    """Return `values`, of any shape of that size, as the matrices of `spec`."""
    return as_matrices(values.reshape(spec.shape), spec)


def from_matrices(
    matrices: NDArray[Any], spec: ParameterSpec, out: NDArray[np.floating] | None = None
) -> NDArray[np.floating]:
    """Return matrices as an array of the spec's shape and dtype; the inverse of `as_matrices`.

    Args:
        matrices: copies x outputs x everything else.
        spec: the parameter that they make.
        out: where to write them, if not into a new array.
    """
    copies, rows, _ = matrix_shape(spec)
    if spec.grouped == "in":
        matrices = matrices.reshape(copies, rows, spec.inputs, spec.receptive).swapaxes(1, 2)
    order = _order(spec)
    cut = matrices.reshape(tuple(spec.shape[axis] for axis in order))
    laid_out = np.transpose(cut, np.argsort(order))
    if out is None:
        return np.ascontiguousarray(laid_out, spec.dtype)
    out[...] = laid_out
    return out


def in_double(values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` in double precision, real or complex."""
    return values.astype(np.result_type(values, np.float64))


def _around_outputs(spec: ParameterSpec) -> tuple[int, int] | None:
    """Return how many columns the axes ahead of outputs have, and those behind.

    None where copies do not come first, or outputs or the inputs of one group lie apart.
    """
    order, shape = _order(spec), spec.shape
    first, copies = len(spec.batch_axes), tuple(range(len(spec.batch_axes)))
    outs = sorted(axis % len(shape) for axis in spec.out_axes)
    together = outs == list(range(outs[0], outs[-1] + 1))
    if not together or order[:first] != copies:
        return None
    if spec.groups > 1 and (order[first] != first or shape[first] % spec.groups):
        return None
    return prod(shape[first : outs[0]]), prod(shape[outs[-1] + 1 :])


def _exchange(blocks: NDArray[Any]) -> None:
    """Transpose matrices in their own memory, some at a time."""
    for some, *_ in pieces(blocks.shape, max(PIECE, blocks[0].size)):
        flat = blocks[some].reshape(-1, blocks[0].size)
        flat[...] = blocks[some].swapaxes(1, 2).reshape(flat.shape)


def _opened(values: NDArray[Any], spec: ParameterSpec) -> NDArray[Any]:
    """Return `values` as copies x rows x the axes of the columns; a view where one is possible."""
    copies, rows, columns = matrix_shape(spec)
    cut = np.transpose(values, _order(spec))
    ins = tuple(spec.shape[axis] for axis in spec.in_axes)
    around = tuple(spec.shape[axis] for axis in spec.receptive_axes)
    if spec.grouped == "in":
        inside = ins if spec.groups == 1 else (spec.inputs,)
        cut = np.moveaxis(cut.reshape(copies, *inside, rows, *around), 1 + len(inside), 1)
    else:
        cut = cut.reshape(copies, rows, *ins, *around)
    return _joined(cut, columns)


def _joined(cut: NDArray[Any], columns: int) -> NDArray[Any]:
    """Return it with its columns along one axis, where that is a view."""
    try:
        return np.reshape(cut, (*cut.shape[:2], columns), copy=False)
    except ValueError:
        return cut


def _order(spec: ParameterSpec) -> tuple[int, ...]:
    """Return the axes as matrices are cut: copies, the grouped side, the other, receptive field."""
    rank = len(spec.shape)
    sides = (spec.out_axes, spec.in_axes)
    first, second = sides if spec.grouped == "out" else reversed(sides)
    ahead = [axis % rank for axis in (*spec.batch_axes, *first, *second)]
    return (*ahead, *spec.receptive_axes)
