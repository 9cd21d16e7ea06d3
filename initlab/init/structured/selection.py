"""The numbers that are largest in size, found some at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import in_double, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["where_largest"]

DIGITS = 16  # bits of a size that are counted at once


def where_largest(values: NDArray[Any], count: int) -> Iterator[tuple[Any, NDArray[np.bool_]]]:
    """Yield places of some numbers at a time, and which of these are among the `count` largest.

    Of numbers of one size, of which not all are, it is the first ones.

    Args:
        values: finite.
        count: at least 1, and no more than there are.

    >>> [kept.tolist() for _, kept in where_largest(np.array([1.0, -3.0, 2.0, 3.0, -2.0]), 3)]
    [[False, True, True, True, False]]
    """
    least, left = _least(values, count)
    for index in pieces(values.shape):
        sizes = _sizes(values[index])
        equal = sizes == least
        first = equal & (np.cumsum(equal).reshape(equal.shape) <= left)
        left -= int(np.count_nonzero(first))
        yield index, (sizes > least) | first


def _least(values: NDArray[Any], count: int) -> tuple[np.uint64, int]:
    """Return the least size of the `count` largest, and how many of these have it.

    Its bits are found from the front, as in a radix sort: those of larger numbers are larger.
    """
    least = np.uint64(0)
    for shift in range(64 - DIGITS, -1, -DIGITS):
        counts = np.zeros(2**DIGITS, np.intp)
        for index in pieces(values.shape):
            ends = _sizes(values[index]) >> np.uint64(shift)
            ends = ends[ends >> np.uint64(DIGITS) == least] & np.uint64(2**DIGITS - 1)
            counts += np.bincount(ends.astype(np.intp), minlength=counts.size)
        at_least = np.cumsum(counts[::-1])[::-1]
        digit = np.flatnonzero(at_least >= count)[-1]
        count -= int(at_least[digit] - counts[digit])
        least = (least << np.uint64(DIGITS)) | np.uint64(digit)
    return least, count


def _sizes(values: NDArray[Any]) -> NDArray[np.uint64]:
    """Return the bits of their absolute values in double precision."""
    sizes: NDArray[np.float64] = np.abs(in_double(values))
    return sizes.view(np.uint64)
