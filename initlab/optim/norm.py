"""The length of a Parameter, which layer-wise rates are made of."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from initlab.optim.rule import Array

__all__ = ["norm"]


def norm(array: Array) -> float:
    """Return the root of the sum of squares, never summed in half precision."""
    wide = array.astype(np.float32) if array.dtype == np.float16 else array
    return sqrt(np.dot(wide, wide))
