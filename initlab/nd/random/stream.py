"""A stream is a NumPy Generator that fills large arrays block by block, on all cores."""

from __future__ import annotations

from hashlib import sha256
from math import prod
from numbers import Real
from operator import index
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from initlab.errors import BadTypeError, BadValueError
from initlab.nd.random.blocks import BLOCK, fill

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["BLOCK", "Stream", "stream"]

_FLOATS = (np.dtype(np.float32), np.dtype(np.float64))


class Stream(np.random.Generator):
    """A NumPy Generator whose large fills use all cores and don't depend on how many there are.

    `random`, `uniform`, `standard_normal` and `normal` of more than `BLOCK` elements are cut into
    blocks, each drawn from a bit stream of its own, a child of this one; smaller fills and all
    other laws are NumPy's own, from this bit stream.

    float32 and float64 are two different draws of one law: NumPy spends fewer bits on float32, and
    that is the faster one. float64 numbers cast to float32 are therefore not the float32 numbers.

    >>> stream(7, "0.weight").standard_normal(2, dtype=np.float32).dtype
    dtype('float32')
    """

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return floats from U[0, 1), as NumPy's method of this name."""
        target = _large(size, dtype, out)
        if target is None:
            return super().random(size, dtype, out)
        return fill(target, np.random.Generator.random, self._next_key())

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return floats from N(0, 1), as NumPy's method of this name."""
        target = _large(size, dtype, out)
        if target is None:
            return super().standard_normal(size, dtype, out)
        return fill(target, np.random.Generator.standard_normal, self._next_key())

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Return float64 numbers from U[low, high), as NumPy's method of this name."""
        if not (_scalars(low, high) and _is_large(size)):
            return super().uniform(low, high, size)
        drawn = self.random(size)
        drawn *= high - low
        drawn += low
        return drawn

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """Return float64 numbers from N(loc, scale^2), as NumPy's method of this name."""
        if not (_scalars(loc, scale) and _is_large(size) and scale >= 0):
            return super().normal(loc, scale, size)
        drawn = self.standard_normal(size)
        drawn *= scale
        drawn += loc
        return drawn

    def _next_key(self) -> np.random.SeedSequence:
        seeds = cast("np.random.SeedSequence", self.bit_generator.seed_seq)
        return seeds.spawn(1)[0]

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.bit_generator,)


def _large(size: Any, dtype: Any, out: np.ndarray | None) -> np.ndarray | None:
    """Return the array to be filled in blocks; None where NumPy's own method shall answer."""
    if np.dtype(dtype) not in _FLOATS:
        return None
    if out is None:
        return np.empty(size, dtype) if _is_large(size) else None
    fits = out.dtype == dtype and out.flags.c_contiguous and out.flags.writeable
    asked = size is None or _shape(size) == out.shape
    return out if fits and asked and out.size > BLOCK else None


def _is_large(size: Any) -> bool:
    return size is not None and prod(_shape(size)) > BLOCK


def _shape(size: int | Sequence[int]) -> tuple[int, ...]:
    return (index(size),) if hasattr(size, "__index__") else tuple(size)


def _scalars(*values: Any) -> bool:
    return all(isinstance(value, Real) for value in values)


def stream(seed: int, path: str) -> Stream:
    """Return the stream that belongs to `seed` and `path`, at its start.

    Its 256 bits are the SHA-256 of both, so that no two pairs share one.

    Args:
        seed: any integer, zero or more.
        path: what is drawn: a parameter's path, "data/split", ...

    Raises:
        BadTypeError: when the seed is no integer.
        BadValueError: when it is negative.

    >>> float(stream(0, "a").random()) == float(stream(0, "a").random())
    True
    >>> float(stream(0, "a").random()) == float(stream(0, "b").random())
    False
    """
    key = sha256(f"{checked_seed(seed)}:{path}".encode()).digest()
    return Stream(np.random.SFC64(np.random.SeedSequence(int.from_bytes(key, "little"))))


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
