"""Random streams: one for each (seed, path), so that no draw depends on any other.

Changing, adding or reordering parameters leaves every other parameter's values bit-identical.
Large fills are cut into fixed blocks with a bit stream each, drawn by all cores; the result does
not depend on how many there are.
"""

from __future__ import annotations

import hashlib
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from initlab.autograd import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import DTypeLike, NDArray

__all__ = [
    "BLOCK",
    "RandomSource",
    "Stream",
    "Streams",
    "drawing_from",
    "library_stream",
    "normal",
    "randint",
    "seed",
    "stream",
    "uniform",
]

BLOCK = 2**16
"""The number of elements that one bit stream fills."""


class Stream(np.random.Generator):
    """A NumPy Generator whose large uniform and normal fills are drawn in blocks by all cores.

    Everything else that a Generator can do is inherited. Each fill larger than BLOCK takes the
    next child of the stream's key, so fills of one stream are independent of each other.

    >>> bool((stream(0, "weight").normal(size=3) == stream(0, "weight").normal(size=3)).all())
    True
    """

    def __init__(self, key: np.random.SeedSequence) -> None:
        super().__init__(np.random.SFC64(key))
        self._key = key

    def __reduce__(self) -> Any:
        """Refuse to be pickled half: a stream is made again from its seed and path."""
        raise TypeError("A Stream is not pickled: make it again with stream(seed, path).")

    def standard_normal(  # type: ignore[override]
        self, size: Any = None, dtype: DTypeLike = np.float64, out: NDArray[Any] | None = None
    ) -> Any:
        """Draw N(0, 1)."""
        return self._fill(np.random.Generator.standard_normal, size, dtype, out)

    def random(  # type: ignore[override]
        self, size: Any = None, dtype: DTypeLike = np.float64, out: NDArray[Any] | None = None
    ) -> Any:
        """Draw U[0, 1)."""
        return self._fill(np.random.Generator.random, size, dtype, out)

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """Draw N(loc, scale^2)."""
        if not _is_large(size):
            return super().normal(loc, scale, size)
        values = self.standard_normal(size)
        values *= scale
        values += loc
        return values

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Draw U[low, high)."""
        if not _is_large(size):
            return super().uniform(low, high, size)
        values = self.random(size)
        values *= high - low
        values += low
        return values

    def _fill(
        self, draw: Callable[..., Any], size: Any, dtype: DTypeLike, out: NDArray[Any] | None
    ) -> Any:
        if out is None and not _is_large(size):
            return draw(self, size, dtype)
        array = np.empty(size, dtype) if out is None else out
        if array.size <= BLOCK or not array.flags.c_contiguous:
            return draw(self, dtype=dtype, out=array)
        parts = np.split(array.reshape(-1), range(BLOCK, array.size, BLOCK))
        keys = self._key.spawn(len(parts))
        for _ in _pool().map(_fill_block, [draw] * len(parts), keys, parts):
            pass
        return array


def _fill_block(
    draw: Callable[..., Any], key: np.random.SeedSequence, part: NDArray[np.floating]
) -> None:
    draw(np.random.Generator(np.random.SFC64(key)), dtype=part.dtype, out=part)


def _is_large(size: Any) -> bool:
    if size is None:
        return False
    return (size if isinstance(size, int) else prod(size)) > BLOCK


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="initlab-draw")


def stream(seed: int, path: str) -> Stream:
    """Return the stream of a place: the same for equal arguments, independent for others.

    The key is the seed and the SHA-256 of the path, through NumPy's SeedSequence (O'Neill, 2015).
    """
    words = np.frombuffer(hashlib.sha256(path.encode()).digest(), np.uint32)
    return Stream(np.random.SeedSequence([seed, *words.tolist()]))


class RandomSource(Protocol):
    """What hands out generators by path: of a run's parameters, data order, dropout."""

    def stream(self, path: str) -> np.random.Generator:
        """Return the generator of a place, from its beginning."""


@dataclass(frozen=True)
class Streams:
    """A stream of its own for every path, derived from the seed and the path."""

    seed: int = 0

    def stream(self, path: str) -> Stream:
        """Return the stream of a place, from its beginning."""
        return stream(self.seed, path)


class _Library(threading.local):
    """What library use draws from: the seed that the user gave, and the generator in force."""

    def __init__(self) -> None:
        self.seed = 0
        self.generator: np.random.Generator = stream(0, "nd.random")


_LIBRARY = _Library()


def seed(number: int) -> None:
    """Start library use over: `nd.random` and `initialize()` draw as after a fresh start."""
    _LIBRARY.seed = number
    _LIBRARY.generator = stream(number, "nd.random")


def library_stream(name: str, draw: int) -> Stream:
    """Return the stream of a parameter's `draw`-th draw in library use."""
    return stream(_LIBRARY.seed, f"{name}#{draw}")


@contextmanager
def drawing_from(generator: np.random.Generator) -> Iterator[None]:
    """Let `nd.random` draw from `generator` within, in this thread.

    >>> with drawing_from(stream(0, "weight")):
    ...     inside = uniform(shape=2)
    >>> bool((inside.asnumpy() == stream(0, "weight").random(2, "float32")).all())
    True
    """
    before, _LIBRARY.generator = _LIBRARY.generator, generator
    try:
        yield
    finally:
        _LIBRARY.generator = before


def uniform(
    low: float = 0.0, high: float = 1.0, shape: Any = None, dtype: DTypeLike = "float32"
) -> Tensor:
    """Draw U[low, high) of a shape, from the generator in force."""
    values = _LIBRARY.generator.random(_shape(shape), np.dtype(dtype))
    return Tensor(np.asarray(values * (high - low) + low, dtype))


def normal(
    loc: float = 0.0, scale: float = 1.0, shape: Any = None, dtype: DTypeLike = "float32"
) -> Tensor:
    """Draw N(loc, scale^2) of a shape, from the generator in force."""
    values = _LIBRARY.generator.standard_normal(_shape(shape), np.dtype(dtype))
    return Tensor(np.asarray(values * scale + loc, dtype))


def randint(low: int, high: int, shape: Any = None, dtype: DTypeLike = "int32") -> Tensor:
    """Draw integers from low to high - 1, from the generator in force."""
    return Tensor(np.asarray(_LIBRARY.generator.integers(low, high, _shape(shape)), dtype))


def _shape(shape: Any) -> tuple[int, ...]:
    if shape is None:
        return ()
    return (shape,) if isinstance(shape, int) else tuple(shape)
