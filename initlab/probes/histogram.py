"""How the elements of an array are spread between the least and the largest: counts in bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.nd import in_shares, kernels_for

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["BINS", "histogram"]

BINS = 64
PIECE = 1 << 15
PAIRS = (BINS + 1) << 8  # what two places of one byte each, read as one number, are below


def histogram(array: NDArray[np.floating], low: float, high: float) -> NDArray[np.int64]:
    """Return how many elements lie in each of 64 equal bins from `low` to `high`.

    As `np.histogram` counts, but that an element within rounding of an edge may be in either bin,
    and that all are in the first where `low` is `high`; in a quarter of its time.

    Args:
        array: of any shape, floating point, every element between the two.
        low: where the first bin begins.
        high: where the last one ends, in it.

    >>> counts = histogram(np.array([0.0, 0.1, 64.0]), 0.0, 64.0)
    >>> int(counts[0]), int(counts[63]), int(counts.sum())
    (2, 1, 3)
    """
    flat, dtype = array.reshape(-1), _precision(array.dtype, low, high)
    start, scale = dtype(low), dtype(BINS / (high - low) if high > low else 0)
    kernels = kernels_for("statistics", flat) if dtype == np.float32 else None
    if kernels is None:  # NumPy's calls are too short for a second thread
        return _count(flat, start, scale)

    def share(of: range) -> NDArray[np.int64]:
        found: NDArray[np.int64] = kernels.counts(flat[of[0] : of[-1] + PIECE], start, scale)
        return found

    counts: NDArray[np.int64] = np.sum(in_shares(share, range(0, flat.size, PIECE)), axis=0)
    return counts


def _count(flat: NDArray[np.floating], start: np.floating, scale: np.floating) -> NDArray[np.int64]:
    """Count the places, two neighbours at a time: half as many additions, seldom to one number."""
    x, places = np.empty(PIECE, scale.dtype), np.empty(PIECE, np.uint8)
    pairs, at, added = np.zeros(PAIRS, np.int64), np.empty(PIECE, np.intp), flat.size % 2
    for first in range(0, flat.size, PIECE):
        part = flat[first : first + PIECE]
        within = x[: part.size]
        np.multiply(np.subtract(part, start, out=within), scale, out=within)
        np.copyto(places[: part.size], within, casting="unsafe")
        if part.size % 2:
            places[part.size] = 0
        neighbours = places[: part.size + part.size % 2].view(np.uint16)
        np.copyto(at[: neighbours.size], neighbours)
        np.add.at(pairs, at[: neighbours.size], 1)
    table = pairs.reshape(-1, 256)
    counts: NDArray[np.int64] = table.sum(0)[: BINS + 1] + table.sum(1)
    counts[0] -= added
    counts[BINS - 1] += counts[BINS]  # the largest itself
    return counts[:BINS]


def _precision(dtype: np.dtype, low: float, high: float) -> type[np.floating]:
    """Return single precision where the range and its bins are ordinary numbers of it."""
    ordinary = high == low or 1e-30 < high - low < 1e38
    return np.float32 if dtype == np.float32 and ordinary else np.float64
