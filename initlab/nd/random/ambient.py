"""The chapter's `nd.random`: functions that draw from whatever generator is in force.

That is the one of the innermost `drawing_from` in this thread, or the process's own sequence,
which `seed` starts anew.
"""

from __future__ import annotations

from contextlib import contextmanager
from operator import index
from threading import local
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor
from initlab.errors import ShapeError
from initlab.nd.random.source import RandomSource, Streams

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "drawing_from",
    "generator",
    "library_stream",
    "normal",
    "randint",
    "randn",
    "seed",
    "uniform",
]


class _Process:
    """The state that `seed` sets: one for the process, since that is what the call is about."""

    def __init__(self) -> None:
        self.restart(0, Streams)

    def restart(self, seed: int, kind: Callable[[int], RandomSource]) -> None:
        self.kind, self.source = kind, kind(seed)
        self.made: dict[str, np.random.Generator] = {}

    @property
    def sequence(self) -> np.random.Generator:
        """The process's own, made by the first who draws: of several threads all get one."""
        made = self.made
        return made.get("it") or made.setdefault("it", self.source.stream("nd.random"))


class _Thread(local):
    """The generators that `drawing_from` put in force in this thread, innermost last."""

    def __init__(self) -> None:
        self.generators: list[np.random.Generator] = []


_PROCESS = _Process()
_THREAD = _Thread()


def seed(n: int, kind: Callable[[int], RandomSource] | None = None) -> None:
    """Start the process's sequence anew, and key the draws of parameters to come by `n`.

    Without a call it is 0: a script draws the same numbers each time it runs.

    Args:
        n: zero or more.
        kind: the random source to draw from henceforth, `Streams` or a plugin's class; the one
            that is in force if None.

    Raises:
        BadTypeError: when `n` is no integer.
        BadValueError: when it is negative.
    """
    _PROCESS.restart(n, kind or _PROCESS.kind)


def generator() -> np.random.Generator:
    """Return the generator in force, which the functions of this module draw from."""
    return _THREAD.generators[-1] if _THREAD.generators else _PROCESS.sequence


@contextmanager
def drawing_from(rng: np.random.Generator) -> Iterator[None]:
    """Let the functions of this module draw from `rng` in this thread while the block runs.

    >>> with drawing_from(Streams(0).stream("w")):
    ...     x = normal(shape=(2, 3))
    >>> bool(np.all(x.array == Streams(0).stream("w").standard_normal((2, 3), dtype=np.float32)))
    True
    """
    _THREAD.generators.append(rng)
    try:
        yield
    finally:
        _THREAD.generators.pop()


def library_stream(name: str, draw: int) -> np.random.Generator:
    """Return the stream of a parameter that no run names: by the seed, its name and the draw.

    Args:
        name: the parameter's unique name, 'dense0_weight'.
        draw: how often it has been drawn before, so that a forced re-draw differs.
    """
    return _PROCESS.source.stream(f"library/{name}/{draw}")


def uniform(
    low: float = 0.0,
    high: float = 1.0,
    shape: int | Sequence[int] | None = None,
    dtype: Any = "float32",
    ctx: Any = None,  # noqa: ARG001 - Gluon's signature; there is one device
    out: Tensor | None = None,
) -> Tensor:
    """Return a Tensor of numbers from U[low, high).

    Args:
        low: the smallest number.
        high: above the largest one.
        shape: (1,) when none is given, as in MXNet.
        dtype: the precision.
        ctx: Gluon's; there is one device.
        out: a Tensor to be filled and returned, with its own shape and precision.

    >>> uniform(-1, 1, shape=(2, 3)).shape
    (2, 3)
    """
    drawn = _floats("random", shape, dtype, out)
    low, high = drawn.dtype.type(low), drawn.dtype.type(high)
    drawn *= high - low
    drawn += low
    return _delivered(drawn, dtype, out)


def normal(
    loc: float = 0.0,
    scale: float = 1.0,
    shape: int | Sequence[int] | None = None,
    dtype: Any = "float32",
    ctx: Any = None,  # noqa: ARG001 - Gluon's signature; there is one device
    out: Tensor | None = None,
) -> Tensor:
    """Return a Tensor of numbers from N(loc, scale^2); further arguments as for `uniform`."""
    drawn = _floats("standard_normal", shape, dtype, out)
    drawn *= scale
    drawn += loc
    return _delivered(drawn, dtype, out)


def randn(*shape: int, loc: float = 0.0, scale: float = 1.0, dtype: Any = "float32") -> Tensor:
    """Return `normal(loc, scale, shape, dtype)`, the shape given number by number."""
    return normal(loc, scale, shape or None, dtype)


def randint(
    low: int,
    high: int,
    shape: int | Sequence[int] | None = None,
    dtype: Any = "int32",
    ctx: Any = None,  # noqa: ARG001 - Gluon's signature; there is one device
    out: Tensor | None = None,
) -> Tensor:
    """Return a Tensor of integers, low <= x < high; further arguments as for `uniform`."""
    dtype = np.dtype(dtype if out is None else out.dtype)
    drawn = generator().integers(low, high, _shape(shape, out), dtype=dtype)
    return _delivered(drawn, dtype, out)


def _floats(
    law: str, shape: int | Sequence[int] | None, dtype: Any, out: Tensor | None
) -> np.ndarray:
    """Draw in double precision where it is asked for, and in single precision else."""
    wanted = np.dtype(dtype if out is None else out.dtype)
    precision = np.float64 if wanted == np.float64 else np.float32
    drawn: np.ndarray = getattr(generator(), law)(_shape(shape, out), dtype=precision)
    return drawn


def _delivered(drawn: np.ndarray, dtype: Any, out: Tensor | None) -> Tensor:
    if out is None:
        return Tensor(drawn.astype(dtype, copy=False))
    out[:] = drawn
    return out


def _shape(shape: int | Sequence[int] | None, out: Tensor | None) -> tuple[int, ...]:
    if shape is None:
        return (1,) if out is None else out.shape
    asked = (index(shape),) if hasattr(shape, "__index__") else tuple(shape)
    if out is not None and asked != out.shape:
        raise ShapeError(f"out has shape {out.shape}, but {asked} is to be drawn.")
    return asked
