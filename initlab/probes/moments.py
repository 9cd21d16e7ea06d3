"""The moments of an array, taken in one reading of it, in float64."""

from __future__ import annotations

from functools import partial
from itertools import chain
from math import isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from initlab.nd import in_shares, single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["PIECE", "Moments", "moments", "norm"]

PIECE = 1 << 15
"""How many elements are looked at a time: they and their copy in float64 stay in cache."""
ONES = np.ones(PIECE)  # a product with them is a quick sum
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
    with single():
        shares = in_shares(partial(_sums, flat, middle), range(0, size, PIECE))
    totals, squared, lows, highs, zeros = zip(*chain(*shares), strict=True)
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


def _sums(
    flat: NDArray[np.floating], middle: float, starts: range
) -> list[tuple[float, float, np.floating, np.floating, int]]:
    """Return of each piece the sum and that of squares about `middle`, least, largest, zeros."""
    found = []
    for part, wide in _pieces(flat, starts):
        if middle:
            np.subtract(wide, middle, out=wide)
        total, squares = float(wide.dot(ONES[: wide.size])), float(wide.dot(wide))
        found.append((total, squares, part.min(), part.max(), int(np.count_nonzero(part == 0))))
    return found


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
    """Return the mean of the first piece; 0 where it is no number, or as near as makes no odds."""
    first = flat[:PIECE].astype(np.float64)
    mean = float(first.mean())
    return mean if isfinite(mean) and abs(mean) > FAR * float(first.std()) else 0.0


def _root(square: float) -> float:
    """Return the root of what rounding may have brought below 0; NaN stays NaN."""
    return sqrt(square) if not square < 0 else 0.0
