"""The axes of an array, permuted in its own memory.

Two neighbouring groups of axes trade places where matrices are transposed. A matrix of few numbers
is copied. The rows of a larger one are cut in two, left halves put ahead of right ones, and each
part is transposed by itself; halves come ahead where neighbours are rotated, within ever more rows.
"""

from __future__ import annotations

from itertools import takewhile
from math import prod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["permute"]

PIECE = 2**18  # numbers that are copied at once


def permute(values: NDArray[Any], axes: Sequence[int]) -> NDArray[Any]:
    """Move the numbers so that they are `np.transpose(values, axes)`, contiguous, and return that.

    Args:
        values: C-contiguous; its memory becomes the result's.
        axes: all of its axes in their new order, counted from 0.

    >>> import numpy as np
    >>> values = np.arange(6).reshape(2, 3)
    >>> permute(values, (1, 0)).tolist(), values.tolist()
    ([[0, 3], [1, 4], [2, 5]], [[0, 3, 1], [4, 2, 5]])
    """
    shape, flat = values.shape, values.reshape(-1)
    order = [axis for axis in axes if shape[axis] > 1]
    now = sorted(order)
    for place, axis in enumerate(order):
        first = now.index(axis)
        pairs = zip(now[first:], order[place:], strict=False)
        last = first + len([*takewhile(lambda pair: pair[0] == pair[1], pairs)])
        parts = now[:place], now[place:first], now[first:last], now[last:]
        _exchange(flat.reshape([prod(shape[axis] for axis in part) for part in parts]))
        now = [*parts[0], *parts[2], *parts[1], *parts[3]]
    return flat.reshape([shape[axis] for axis in axes])


def _exchange(blocks: NDArray[Any]) -> None:
    """Let the middle axes of four trade places: in some blocks at a time, or in part of a block."""
    count, rows, columns, width = blocks.shape
    size = rows * columns * width
    if rows == 1 or columns == 1:
        return
    if size > PIECE:
        for block in blocks:
            _transpose(block.reshape(-1), rows, columns, width)
        return
    together = PIECE // size
    for start in range(0, count, together):
        some = blocks[start : start + together]
        some.reshape(-1, size)[...] = some.swapaxes(1, 2).reshape(-1, size)


def _transpose(flat: NDArray[Any], rows: int, columns: int, width: int) -> None:
    """Transpose a matrix of stretches of `width` numbers."""
    if flat.size <= PIECE or columns == 1:
        _exchange(flat.reshape(1, rows, columns, width))
        return
    half = columns // 2
    middle = rows * half * width
    _part(flat, rows, half * width)
    _transpose(flat[:middle], rows, half, width)
    _transpose(flat[middle:], rows, columns - half, width)


def _part(flat: NDArray[Any], rows: int, left: int) -> None:
    """Put the first `left` numbers of every row ahead of all others."""
    length = flat.size // rows
    if flat.size <= PIECE:
        matrix = flat.reshape(rows, length).copy()
        flat[: rows * left].reshape(rows, left)[...] = matrix[:, :left]
        flat[rows * left :].reshape(rows, length - left)[...] = matrix[:, left:]
    elif rows > 1:
        half = rows // 2
        middle = half * length
        _part(flat[:middle], half, left)
        _part(flat[middle:], rows - half, left)
        _rotate(flat[half * left : middle + (rows - half) * left], half * (length - left))


def _rotate(flat: NDArray[Any], count: int) -> None:
    """Put the first `count` numbers behind the others: both are turned round, and then all."""
    for part in flat[:count], flat[count:], flat:
        half, back, step = part.size // 2, part[::-1], 1 + PIECE // 8
        for start in range(0, half, step):
            here = slice(start, min(start + step, half))
            part[here], back[here] = back[here].copy(), part[here].copy()
