"""A stream is a NumPy Generator that fills large arrays block by block, on all cores."""

from __future__ import annotations

from hashlib import sha256
from math import prod
from numbers import Real
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from initlab.nd.random.blocks import BLOCK, fill_blocks
from initlab.nd.random.filling import fill_one
from initlab.nd.random.laws import normal_into, uniform_into
from initlab.nd.random.seeds import checked_seed
from initlab.nd.random.single import SingleGenerator, shape_of, writable

if TYPE_CHECKING:
    from initlab.nd.random.filling import Draw

__all__ = ["BLOCK", "Stream", "stream"]


class Stream(SingleGenerator):
    """A NumPy Generator whose large fills use all cores and don't depend on how many there are.

    `random`, `uniform`, `standard_normal` and `normal` of more than `BLOCK` elements are cut into
    blocks, each drawn from a bit stream of its own, a child of this one; smaller fills and all
    other laws come from this bit stream.

    float32 and float64 are two different draws of one law: float32 spends half the bits and at
    most a third of the time. float64 numbers cast to float32 are therefore not the float32 numbers.

    >>> stream(7, "0.weight").standard_normal(2, dtype=np.float32).dtype
    dtype('float32')
    """

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return floats from U[0, 1), as NumPy's method of this name."""
        target = writable(size, dtype, out)
        if target is None or target.size <= BLOCK:
            return super().random(size, dtype, out)
        return fill_blocks(target, uniform_into, self._next_key())

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return floats from N(0, 1), as NumPy's method of this name."""
        target = writable(size, dtype, out)
        if target is None or target.size <= BLOCK:
            return super().standard_normal(size, dtype, out)
        return fill_blocks(target, normal_into, self._next_key())

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

    def fill(self, target: np.ndarray, draw: Draw) -> np.ndarray:
        """Fill `target` by `draw(rng, block)`: a large one in blocks, else all from this stream."""
        if target.size > BLOCK:
            return fill_blocks(target, draw, self._next_key())
        fill_one(target.reshape(-1), draw, self)
        return target

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.bit_generator,)


def _is_large(size: Any) -> bool:
    return size is not None and prod(shape_of(size)) > BLOCK


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
    words: Any = np.frombuffer(key, "<u4")  # a tenth of the time that one large integer takes
    return Stream(np.random.SFC64(np.random.SeedSequence(words)))
