"""What a seed may be."""

from __future__ import annotations

from operator import index

from initlab.errors import BadTypeError, BadValueError

__all__ = ["checked_seed"]


def checked_seed(seed: int) -> int:
    """Return `seed` as a Python integer, or raise."""
    try:
        number = index(seed)
    except TypeError:
        raise BadTypeError(
            f"A seed is an integer, got {seed!r} of type {type(seed).__name__}."
        ) from None
    if number < 0:
        raise BadValueError(f"A seed is zero or positive, got {seed}.")
    return number
