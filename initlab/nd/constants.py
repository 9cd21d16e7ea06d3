"""Constants as arrays: a ufunc takes them quicker than numbers, a product with ones than a sum."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

__all__ = ["ONE", "ZERO", "ones"]

ZERO, ONE = np.zeros((), np.float32), np.ones((), np.float32)  # float64 stays what it is with them


@lru_cache(256)
def ones(n: int, dtype: np.dtype[Any]) -> np.ndarray:
    """Return n ones, to be read only: `ones @ x` sums over rows, `x @ ones` over columns."""
    made = np.ones(n, dtype)
    made.flags.writeable = False
    return made
