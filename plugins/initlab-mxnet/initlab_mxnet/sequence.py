"""MXNet's random numbers as a NumPy Generator: one sequence, whoever draws from it.

A uniform float32 is one 32-bit word over 2^32, a float64 two of them over 2^64, as libstdc++'s
`generate_canonical` makes them. Normal deviates come by the polar method (Marsaglia & Bray, 1964),
the second one of each pair thrown away. An integer is 63 bits of two words, modulo the range.
"""

from __future__ import annotations

from math import log
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError
from initlab_mxnet.engines import Engines, slices
from initlab_mxnet.logarithm import logf

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.floating[Any]]

__all__ = ["Sequence"]


class Sequence(np.random.Generator):
    """A Generator that draws uniform and normal numbers and integers as MXNet's CPU operators do.

    `random`, `uniform`, `standard_normal`, `normal` and `integers` are MXNet's, in the order of the
    calls; all other laws are NumPy's own and draw from the first engine.

    Args:
        engines: those of a seed; a fresh MXNet process has those of seed 0.

    >>> Sequence(Engines(0)).random(3, np.float32)  # MXNet 1.9.1: nd.random.uniform(shape=3)
    array([0.5488135 , 0.5928446 , 0.71518934], dtype=float32)
    """

    def __init__(self, engines: Engines) -> None:
        self._engines, self._lock = engines, Lock()
        super().__init__(engines.bits)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self._engines,)

    def random(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return floats from U[0, 1), as NumPy's method of this name."""
        return self._floats(self._canonical, size, dtype, out)

    def standard_normal(self, size: Any = None, dtype: Any = np.float64, out: Any = None) -> Any:
        """Return floats from N(0, 1), as NumPy's method of this name."""
        return self._floats(self._polar, size, dtype, out)

    def integers(
        self,
        low: Any,
        high: Any = None,
        size: Any = None,
        dtype: Any = np.int64,
        endpoint: bool = False,
    ) -> Any:
        """Return whole numbers, low <= x < high, as NumPy's method of this name.

        Those of 32 and 64 bits between two numbers are MXNet's, all others NumPy's.
        """
        first, end = (0, low) if high is None else (low, high)
        whole = np.dtype(dtype) in (np.int32, np.int64)
        if not whole or np.ndim(first) or np.ndim(end) or first >= end:
            return super().integers(low, high, size, dtype, endpoint)
        target = np.empty(() if size is None else size, dtype)
        width = end + endpoint - first
        self._fill(lambda engine, count: self._long(engine, count) % width + first, target)
        return target[()] if size is None else target

    def uniform(self, low: Any = 0.0, high: Any = 1.0, size: Any = None) -> Any:
        """Return float64 numbers from U[low, high), as NumPy's method of this name."""
        return low + (high - low) * self.random(_shape(size, low, high))

    def normal(self, loc: Any = 0.0, scale: Any = 1.0, size: Any = None) -> Any:
        """Return float64 numbers from N(loc, scale^2), as NumPy's method of this name."""
        return loc + scale * self.standard_normal(_shape(size, loc, scale))

    def _floats(
        self, draw: Callable[[int, int, np.dtype[Any]], Floats], size: Any, dtype: Any, out: Any
    ) -> Any:
        """Draw `out`, or a new array; a number where no size is given."""
        dtype = np.dtype(dtype)
        if dtype not in (np.float32, np.float64):
            raise BadTypeError(f"Only float32 and float64 are drawn, got dtype {dtype}.")
        target = np.empty(() if size is None else size, dtype) if out is None else out
        if target.dtype != dtype:
            raise BadTypeError(f"out has dtype {target.dtype}, but {dtype} is to be drawn.")
        self._fill(lambda engine, count: draw(engine, count, dtype), target)
        return target[()] if size is None and out is None else target

    def _fill(self, draw: Callable[[int, int], NDArray[Any]], target: NDArray[Any]) -> None:
        """Draw slice by slice, each from its engine."""
        flat = target.reshape(-1)  # a view, where it can be one
        with self._lock:
            for engine, part in slices(flat.size):
                flat[part] = draw(engine, part.stop - part.start)
        if not target.flags.c_contiguous:
            target[...] = flat.reshape(target.shape)

    def _long(self, engine: int, count: int) -> NDArray[np.int64]:
        high, low = self._engines.words(engine, 2 * count).reshape(count, 2).T.astype(np.int64)
        return (high << 31) + low

    def _canonical(self, engine: int, count: int, dtype: np.dtype[Any]) -> Floats:
        if dtype == np.float32:
            u = self._engines.words(engine, count).astype(np.float32) * np.float32(2.0**-32)
        else:
            low, high = self._engines.words(engine, 2 * count).reshape(count, 2).T
            u = (low + high * 2.0**32) * 2.0**-64
        below_one: Floats = np.minimum(u, np.nextafter(dtype.type(1), dtype.type(0)))
        return below_one

    def _polar(self, engine: int, count: int, dtype: np.dtype[Any]) -> Floats:
        """Draw as many pairs as deviates are missing, until none is: no pair is drawn in vain."""
        drawn = np.empty(count, dtype)
        done = 0
        while done < count:
            x, y = (2 * self._canonical(engine, 2 * (count - done), dtype) - 1).reshape(-1, 2).T
            square = x * x + y * y
            inside = (square <= 1) & (square != 0)
            square = square[inside]
            accepted = y[inside] * np.sqrt(-2 * _log(square) / square)
            drawn[done : done + len(accepted)] = accepted
            done += len(accepted)
        return drawn


def _log(x: Floats) -> Floats:
    """Return the C library's logarithm, whose last bits NumPy's vectorized one does not have."""
    return logf(x) if x.dtype == np.float32 else np.fromiter(map(log, x), np.float64, len(x))


def _shape(size: Any, *parameters: Any) -> Any:
    shape = np.broadcast_shapes(*map(np.shape, parameters))
    return (shape or None) if size is None else size
