"""The moments of an array, taken in one reading of it, in float64."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Moments", "moments", "norm"]


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

    >>> moments(np.array([0.0, 3.0, -3.0, 4.0])).norm ** 2
    34.0
    """
    flat = np.ravel(array).astype(np.float64, copy=False)
    mean = float(flat.mean())
    centred = flat - mean
    return Moments(
        mean=mean,
        std=sqrt(float(centred @ centred) / flat.size),
        min=float(flat.min()),
        max=float(flat.max()),
        norm=norm(flat),
        zeros=1 - int(np.count_nonzero(flat)) / flat.size,
    )


def norm(array: NDArray[np.floating]) -> float:
    """Return the L2 norm of all elements, in float64: single precision ends at 1e19 squared.

    >>> norm(np.full((2, 2), 1e30, np.float32)) == 2 * float(np.float32(1e30))
    True
    """
    flat = np.ravel(array).astype(np.float64, copy=False)
    return sqrt(float(flat @ flat))
