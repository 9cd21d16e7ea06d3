"""The moments of an array, taken in one reading of it, in float64."""

from __future__ import annotations

from itertools import chain
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.nd import in_shares, kernels_for, single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["PIECE", "Moments", "moments", "norm"]

PIECE = 1 << 15
"""How many elements are looked at a time: they and their copy in float64 stay in cache."""
FAR = 8  # standard deviations from 0 from which a mean costs the squares digits


class Moments(NamedTuple):
    """Mean, standard deviation (biased), least, largest, L2 norm, share of exact zeros."""

    mean: float
    std: float
    min: float
    max: float
    norm: float
    zeros: float


def moments(array: NDArray[np.floating]) -> Moments:
    """Return the moments of all elements of `array`, of any shape, the same on any threads.

    Sums are taken of what lies between the elements and the mean of the first of them, so that
    they keep their digits where all are alike.

    >>> moments(np.array([0.0, 3.0, -3.0, 4.0])).norm ** 2
    34.0
    """
    flat, size = array.reshape(-1), array.size
    middle = _middle(flat)
    totals, squared, lows, highs, zeros = zip(*_sums(flat, middle), strict=True)
    total, squares = sum(totals), sum(squared)
    offset = total / size
    return Moments(
        mean=middle + offset,
        std=_root(squares / size - offset * offset),
        min=float(np.min(lows)),
        max=float(np.max(highs)),
        norm=_root(squares + middle * (2 * total + size * middle)),
        zeros=sum(zeros) / size,
    )


def _sums(flat: NDArray[np.floating], middle: float) -> list[tuple[Any, ...]]:
    """Return of each piece the sum and that of squares about `middle`, least, largest, zeros.

    Compiled, if that can be, by all threads; else by one, for NumPy's calls are too short for more.
    """
    starts = range(0, flat.size, PIECE)
    if kernels := kernels_for("statistics", flat):

        def share(of: range) -> list[tuple[Any, ...]]:
            found: list[tuple[Any, ...]] = kernels.sums(flat[of[0] : of[-1] + PIECE], middle, PIECE)
            return found

        return [*chain(*in_shares(share, starts))]
    with single():
        return [*_sums_by_numpy(flat, middle, starts)]


def _sums_by_numpy(
    flat: NDArray[np.floating], middle: float, starts: range
) -> Iterator[tuple[Any, ...]]:
    for part, wide in _pieces(flat, starts):
        if middle:
            np.subtract(wide, middle, out=wide)
        total, squares = float(np.einsum("i->", wide)), float(wide.dot(wide))
        yield total, squares, part.min(), part.max(), int(np.count_nonzero(part == 0))


def norm(array: NDArray[np.floating]) -> float:
    """Return the L2 norm of all elements, in float64: single precision ends at 1e19 squared.

    >>> norm(np.full((2, 2), 1e30, np.float32)) == 2 * float(np.float32(1e30))
    True
    """
    pieces = _pieces(array.reshape(-1), range(0, array.size, PIECE))
    with single():
        return sqrt(sum(float(wide.dot(wide)) for _, wide in pieces))


def _pieces(
    flat: NDArray[np.floating], starts: range
) -> Iterator[tuple[NDArray[np.floating], NDArray[np.float64]]]:
    """Yield pieces, each with its copy in float64, to be overwritten."""
    wide = np.empty(min(PIECE, flat.size))
    for start in starts:
        part = flat[start : start + PIECE]
        copy = wide[: part.size]
        np.copyto(copy, part)
        yield part, copy


def _middle(flat: NDArray[np.floating]) -> float:
    """Return the mean of the first elements; 0 where that is no number or makes no odds."""
    first = flat[: PIECE >> 3].astype(np.float64)
    mean = float(np.einsum("i->", first)) / first.size
    if not isfinite(mean):
        return 0.0
    first -= mean
    return mean if abs(mean) > FAR * sqrt(float(first.dot(first)) / first.size) else 0.0


def _root(square: float) -> float:
    """Return the root of what rounding may have brought below 0; NaN stays NaN."""
    return sqrt(square) if not square < 0 else 0.0
