"""The independent laws, each as a function that fills one block of an array while it is in cache.

They are made of the generator's own `random` and `standard_normal`, so that a generator that draws
as another framework does gives that framework's numbers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.nd.random.box_muller import box_muller

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["normal_into", "truncated_into", "uniform_into"]

PIECE = 2**16  # numbers at a time, so that what is made of them is small beside a block


def uniform_into(
    rng: np.random.Generator, out: NDArray[Any], low: float = 0.0, high: float = 1.0
) -> None:
    """Fill `out` with U[low, high)."""
    rng.random(dtype=out.dtype, out=out)
    out *= high - low
    _shift(out, low)


def normal_into(
    rng: np.random.Generator, out: NDArray[Any], std: float = 1.0, mean: float = 0.0
) -> None:
    """Fill `out` with N(mean, std^2)."""
    from initlab.nd.random.single import SingleGenerator  # and NumPy's: a plan draws nothing

    std = float(std)  # or a std of another type has other bits
    if type(rng) is SingleGenerator and out.dtype == np.float32:
        box_muller(rng, out, std)  # which scales radii, half as many
    else:
        rng.standard_normal(dtype=out.dtype, out=out)
        if std != 1:
            out *= std
    _shift(out, mean)


def truncated_into(
    rng: np.random.Generator,
    out: NDArray[Any],
    low: float,
    high: float,
    std: float = 1.0,
    mean: float = 0.0,
) -> None:
    """Fill `out` with mean + std z, z from N(0, 1) cut to [low, high]: drawn until it is inside."""
    rng.standard_normal(dtype=out.dtype, out=out)
    outside = _outside(out, low, high) if out.size else np.empty(0, np.intp)
    while outside.size:
        again = np.empty(outside.size, out.dtype)
        rng.standard_normal(dtype=out.dtype, out=again)
        out[outside] = again
        outside = outside[_outside(again, low, high)]
    out *= std
    _shift(out, mean)


def _outside(values: NDArray[Any], low: float, high: float) -> NDArray[np.intp]:
    found = []
    for start in range(0, values.size, PIECE):
        piece = values[start : start + PIECE]
        beyond = np.abs(piece) > high if low == -high else (piece < low) | (piece > high)
        found.append(np.flatnonzero(beyond) + start)
    return np.concatenate(found)


def _shift(out: NDArray[Any], by: float) -> None:
    if by:
        out += by
