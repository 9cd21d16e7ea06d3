"""Constants as arrays: a ufunc takes them quicker than numbers, a product with ones than a sum."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

import numpy as np

__all__ = ["ONE", "ZERO", "cached", "ones"]

F = TypeVar("F", bound=Callable[..., np.ndarray])

ZERO, ONE = np.zeros((), np.float32), np.ones((), np.float32)  # float64 stays what it is with them

SMALL = 1 << 14
"""Arrays of so many elements are made anew: keeping them costs more memory than it saves time."""


def cached(make: F) -> F:
    """Keep the last small arrays that are made of a length and more."""
    kept = lru_cache(256)(make)

    @wraps(make)
    def made(n: int, *more: Any) -> np.ndarray:
        return kept(n, *more) if n < SMALL else make(n, *more)

    return made  # type: ignore[return-value] # which takes what `make` does


@cached
def ones(n: int, dtype: np.dtype[Any]) -> np.ndarray:
    """Return n ones, to be read only: `ones @ x` sums over rows, `x @ ones` over columns."""
    made = np.ones(n, dtype)
    made.flags.writeable = False
    return made
