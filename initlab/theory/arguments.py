"""What the arguments of theory must be: functions that return real numbers, numbers, lengths."""

from __future__ import annotations

from math import inf
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["length", "number", "places", "real"]


def number(name: str, value: Any) -> float:
    """Return a number, with the bound that it may carry.

    Raises:
        BadTypeError: for what is none.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise BadTypeError(f"{name} is a number, got {value!r} of type {type(value).__name__}.")
    given: float = value  # type: ignore[assignment] # NumPy's are Real, too
    return given


def length(name: str, value: Any, *, least: float = 0.0) -> float:
    """Return a variance of sums, at least 0, or above `least` where that is more.

    Raises:
        BadTypeError: for what is no number.
        BadValueError: for one that is negative, nan, or too small.
    """
    given = number(name, value)
    if not 0 <= given <= inf or given < least:
        raise BadValueError(f"{name} is a variance of at least {least:g}, got {given}.")
    return given


def places(values: Any) -> list[float]:
    """Return numbers as a list.

    Raises:
        BadTypeError: for what is no list of numbers.
    """
    try:
        listed = list(values)
    except TypeError:
        raise BadTypeError(f"breaks is a list of numbers, got {values!r}.") from None
    return [number("each of breaks", value) for value in listed]


def real(f: Callable[[Any], Any], z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return f(z) as float64.

    Raises:
        BadTypeError: when f returned anything but real numbers.
    """
    found = np.asarray(f(z))
    if found.dtype.kind not in "biuf":
        raise BadTypeError(
            f"{getattr(f, '__name__', f)} returned values of type {found.dtype} for an array; an "
            "activation returns real numbers."
        )
    return found.astype(np.float64, copy=False)
