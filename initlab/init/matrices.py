"""A parameter as the matrices that its layer applies: copies x outputs x everything else."""

from __future__ import annotations

from contextlib import contextmanager
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.permuted import permute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = [
    "PIECE",
    "as_matrices",
    "from_matrices",
    "in_double",
    "matrices_of",
    "matrix_shape",
    "pieces",
    "real_array",
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
    cut = np.transpose(values, _order(spec))
    return _opened(cut, spec, copy=None).reshape(matrix_shape(spec))


@contextmanager
def matrices_of(values: NDArray[Any], spec: ParameterSpec) -> Iterator[NDArray[Any]]:
    """Lend the matrices of `values`, to be read and written where they lie.

    They are of shape (copies, rows, *columns): what an output sums runs over several axes where
    these do not lie next to each other. Where outputs do not, or copies, numbers trade places
    before and afterwards.

    >>> from initlab.init import ParameterSpec
    >>> hwio = ParameterSpec((3, 3, 4, 6), in_axes=(2,), out_axes=(3,))
    >>> kernels = np.zeros(hwio.shape)
    >>> with matrices_of(kernels, hwio) as matrices:
    ...     matrices[0, 5] = 1.0
    >>> matrices.shape, kernels[2, 1, 3].tolist()
    ((1, 6, 4, 3, 3), [0.0, 0.0, 0.0, 0.0, 0.0, 1.0])
    """
    order = _order(spec)
    try:
        seen = _opened(np.transpose(values, order), spec, copy=False)
    except ValueError:
        seen = None
    if seen is not None:
        yield seen
        return
    moved = permute(values, order)
    yield _opened(moved, spec, copy=False)
    permute(moved, np.argsort(order).tolist())


@contextmanager
def whole_matrices(
    values: NDArray[Any], spec: ParameterSpec, *, ordered: bool = False
) -> Iterator[NDArray[Any]]:
    """Lend an array to draw matrices in, each contiguous, of real numbers.

    It is the memory of `values`, or half of it where these are complex; numbers trade places
    afterwards where the axes ask for it.

    Args:
        values: C-contiguous; what stands there is not read.
        spec: whose matrices they are.
        ordered: whether rows and columns are in the layer's own order, or any that trades fewer
            places, which most laws do not notice; matrices may be transposed either way.

    >>> from initlab.init import ParameterSpec
    >>> hwio = ParameterSpec((3, 3, 4, 6), in_axes=(2,), out_axes=(3,))
    >>> with whole_matrices(np.empty(hwio.shape), hwio) as matrices:
    ...     matrices.shape
    (1, 36, 6)
    """
    copies, rows, columns = matrix_shape(spec)
    around = _around_outputs(spec, ordered=ordered)
    with real_array(values) as reals:
        if around is None:
            matrices = reals.reshape(copies, rows, columns)
            yield matrices
            _laid_out(matrices, spec, permute)
        else:
            ahead, behind = around
            high = (copies, rows, columns) if ahead == 1 else (copies, columns, rows)
            yield reals.reshape(high)
            if ahead > 1:
                permute(reals.reshape(-1, behind, rows), (0, 2, 1))


@contextmanager
def real_array(values: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Lend an array of that shape to draw real numbers in.

    It is `values` itself; of complex numbers the end of their memory, from where each goes to its
    place, which is ahead of all that are still to go.

    Args:
        values: C-contiguous; what stands there is not read.

    >>> values = np.empty((2, 2), complex)
    >>> with real_array(values) as reals:
    ...     reals[...] = [[1, 2], [3, 4]]
    >>> values.tolist()
    [[(1+0j), (2+0j)], [(3+0j), (4+0j)]]
    """
    if not np.iscomplexobj(values):
        yield values
        return
    flat = values.reshape(-1)
    drawn = flat.view(flat.real.dtype)[-flat.size :]
    yield drawn.reshape(values.shape)
    for some in pieces(flat.shape):
        flat[some] = drawn[some].copy()


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


def from_matrices(matrices: NDArray[Any], spec: ParameterSpec) -> NDArray[np.floating]:
    """Return matrices as an array of the spec's shape and dtype; the inverse of `as_matrices`.

    Args:
        matrices: copies x outputs x everything else.
        spec: the parameter that they make.
    """
    return np.ascontiguousarray(_laid_out(matrices, spec, np.transpose), spec.dtype)


def in_double(values: NDArray[Any]) -> NDArray[Any]:
    """Return `values` in double precision, real or complex."""
    return values.astype(np.result_type(values, np.float64))


def _around_outputs(spec: ParameterSpec, *, ordered: bool) -> tuple[int, int] | None:
    """Return how many columns the axes ahead of outputs have, and those behind.

    None where copies do not come first, outputs or the inputs of one group lie apart, or the axes
    of a side are to be `ordered` and are not.
    """
    order, shape = _order(spec), spec.shape
    first, copies = len(spec.batch_axes), tuple(range(len(spec.batch_axes)))
    outs = [axis % len(shape) for axis in spec.out_axes]
    low, high = min(outs), max(outs) + 1
    if high - low != len(outs) or order[:first] != copies:
        return None
    if spec.groups > 1 and (order[first] != first or shape[first] % spec.groups):
        return None
    own = (*range(low, high), *range(first, low), *range(high, len(shape)))
    if ordered and own != (*outs, *(axis for axis in order[first:] if axis not in outs)):
        return None
    return prod(shape[first:low]), prod(shape[high:])


def _laid_out(
    matrices: NDArray[Any],
    spec: ParameterSpec,
    transpose: Callable[[NDArray[Any], Sequence[int]], NDArray[Any]],
) -> NDArray[Any]:
    """Return copies x rows x columns with the axes of the spec, which `transpose` moves."""
    copies, rows, _ = matrices.shape
    if spec.grouped == "in":
        matrices = matrices.reshape(copies, rows, spec.inputs, spec.receptive)
        matrices = transpose(matrices, (0, 2, 1, 3))
    order = _order(spec)
    cut = matrices.reshape([spec.shape[axis] for axis in order])
    return transpose(cut, np.argsort(order).tolist())


def _opened(cut: NDArray[Any], spec: ParameterSpec, *, copy: bool | None) -> NDArray[Any]:
    """Return copies x rows x the axes of the columns, of axes in the order of `_order`.

    Raises:
        ValueError: where `copy` is False and that is no view.
    """
    copies, rows, columns = matrix_shape(spec)
    ins = tuple(spec.shape[axis] for axis in spec.in_axes)
    around = tuple(spec.shape[axis] for axis in spec.receptive_axes)
    if spec.grouped == "in":
        inside = ins if spec.groups == 1 else (spec.inputs,)
        cut = np.reshape(cut, (copies, *inside, rows, *around), copy=copy)
        cut = np.moveaxis(cut, 1 + len(inside), 1)
    else:
        cut = np.reshape(cut, (copies, rows, *ins, *around), copy=copy)
    return _joined(cut, columns)


def _joined(cut: NDArray[Any], columns: int) -> NDArray[Any]:
    """Return it with its columns along one axis, where that is a view."""
    try:
        return np.reshape(cut, (*cut.shape[:2], columns), copy=False)
    except ValueError:
        return cut


def _order(spec: ParameterSpec) -> tuple[int, ...]:
    """Return the axes as matrices are cut: copies, the grouped side, the other, receptive field."""
    spec.require_fans()
    rank = len(spec.shape)
    sides = (spec.out_axes, spec.in_axes)
    first, second = sides if spec.grouped == "out" else reversed(sides)
    ahead = [axis % rank for axis in (*spec.batch_axes, *first, *second)]
    return (*ahead, *spec.receptive_axes)
