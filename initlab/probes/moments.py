"""The moments of an array, taken in one reading of it, in float64."""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Moments", "moments", "norm"]

PIECE = 1 << 14  # elements
ONES = np.ones(PIECE)  # a product with them is a quick sum


class Moments(NamedTuple):
    """Mean, standard deviation (biased), least, largest, L2 norm, share of exact zeros."""

    mean: float
    std: float
    min: float
    max: float
    norm: float
    zeros: float


def moments(array: NDArray[np.floating]) -> Moments:
    """Return the moments of all elements of `array`, of any shape.

    Sums are taken of what lies between the elements and the mean of the first of them, so that
    they keep their digits where all are alike.

    >>> moments(np.array([0.0, 3.0, -3.0, 4.0])).norm ** 2
    34.0
    """
    size, middle = array.size, _middle(array)
    total = squares = 0.0
    lows, highs, zeros = [], [], 0
    for part, wide in _pieces(array):
        np.subtract(wide, middle, out=wide)
        total += float(wide.dot(ONES[: wide.size]))
        squares += float(wide.dot(wide))
        lows.append(part.min())
        highs.append(part.max())
        zeros += int(np.count_nonzero(part == 0))
    offset = total / size
    return Moments(
        mean=middle + offset,
        std=_root(squares / size - offset * offset),
        min=float(np.min(lows)),
        max=float(np.max(highs)),
        norm=_root(squares + middle * (2 * total + size * middle)),
        zeros=zeros / size,
    )


def norm(array: NDArray[np.floating]) -> float:
    """Return the L2 norm of all elements, in float64: single precision ends at 1e19 squared.

    >>> norm(np.full((2, 2), 1e30, np.float32)) == 2 * float(np.float32(1e30))
    True
    """
    return sqrt(sum(float(wide.dot(wide)) for _, wide in _pieces(array)))


def _pieces(
    array: NDArray[np.floating],
) -> Iterator[tuple[NDArray[np.floating], NDArray[np.float64]]]:
    """Yield pieces that stay in cache, each with its copy in float64, to be overwritten."""
    flat = array.reshape(-1)
    wide = np.empty(min(PIECE, flat.size))
    for start in range(0, flat.size, PIECE):
        part = flat[start : start + PIECE]
        copy = wide[: part.size]
        np.copyto(copy, part)
        yield part, copy


def _middle(array: NDArray[np.floating]) -> float:
    """Return the mean of the first piece, 0 where that is no number."""
    mean = float(array.reshape(-1)[:PIECE].mean(dtype=np.float64))
    return mean if isfinite(mean) else 0.0


def _root(square: float) -> float:
    """Return the root of what rounding may have brought below 0; NaN stays NaN."""
    return sqrt(square) if not square < 0 else 0.0
