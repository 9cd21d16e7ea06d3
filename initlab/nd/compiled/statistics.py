"""Sums, extremes and counts of a vector in single precision.

Floats of one sign are ordered as their bits are; with the other bits of negative ones turned over,
all are, and NaN lies beyond the infinities. Elements are counted two at a time, in a table with a
place for each pair of bins: half as many additions, seldom two after each other to one number.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit, types

from initlab.nd.compiled.exponential import VECTOR, i, kernel

__all__ = ["BINS", "counts", "sums"]

BINS, BIT = 64, i(6)  # a place of a pair of bins is one's number shifted by so many and the other's
HALF = 4096
MAGNITUDE, SIGN = i(0x7FFFFFFF), i(31)
LEAST = ~MAGNITUDE


def sums(x: np.ndarray, middle: float, piece: int) -> list[tuple[Any, ...]]:
    """Return of each piece the sum and that of squares about `middle`, least, largest, zeros."""
    count = -(-len(x) // piece)
    totals, extremes = np.empty((count, 2)), np.empty((count, 3), np.int32)
    _sums(x, x.view(np.int32), middle, piece, totals, extremes)
    ends = np.ascontiguousarray(extremes[:, :2])
    ends ^= (ends >> SIGN) & MAGNITUDE
    ends = ends.view(np.float32)
    ends[np.isnan(ends).any(1)] = np.nan
    columns = (*totals.T, *ends.T, extremes[:, 2])
    return [*zip(*(column.tolist() for column in columns), strict=True)]


@kernel(
    VECTOR,
    types.Array(types.int32, 1, "C"),
    types.float64,
    types.int64,
    types.Array(types.float64, 2, "C"),
    types.Array(types.int32, 2, "C"),
)
def _sums(x: Any, bits: Any, middle: Any, piece: Any, totals: Any, extremes: Any) -> None:
    for k in range(len(totals)):
        part, its = x[k * piece : (k + 1) * piece], bits[k * piece : (k + 1) * piece]
        total = squares = 0.0
        for j in range(len(part)):
            d = np.float64(part[j]) - middle
            total += d
            squares += d * d
        low, high, zeros = MAGNITUDE, LEAST, i(0)
        for j in range(len(its)):
            b = its[j]
            order = i(b ^ i(i(b >> SIGN) & MAGNITUDE))
            low = min(low, order)
            high = max(high, order)
            zeros = i(zeros + i(i(b & MAGNITUDE) == i(0)))
        totals[k] = total, squares
        extremes[k] = low, high, zeros


def counts(x: np.ndarray, low: np.float32, scale: np.float32) -> np.ndarray:
    """Return how many (x - low) scale, rounded down and between 0 and 63, are each of these."""
    pairs = np.zeros((BINS, BINS), np.int64)
    even = x[: len(x) & ~1]
    _pairs(even, low, scale, np.empty(HALF, np.uint16), pairs.reshape(-1))
    found: np.ndarray = pairs.sum(0) + pairs.sum(1)
    if len(x) > len(even):
        found[_place(x[-1], low, scale)] += 1
    return found


@njit(inline="always")
def _place(x: Any, low: Any, scale: Any) -> Any:
    return max(min(i((x - low) * scale), i(BINS - 1)), i(0))


@kernel(
    VECTOR,
    types.float32,
    types.float32,
    types.Array(types.uint16, 1, "C"),
    types.Array(types.int64, 1, "C"),
)
def _pairs(x: Any, low: Any, scale: Any, places: Any, table: Any) -> None:
    for start in range(0, len(x), 2 * HALF):
        half = min(HALF, (len(x) - start) // 2)
        first, second = x[start : start + half], x[start + half : start + 2 * half]
        for j in range(half):
            a, b = _place(first[j], low, scale), _place(second[j], low, scale)
            places[j] = (a << BIT) | b
        for j in range(half):
            table[places[j]] += 1
