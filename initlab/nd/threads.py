"""How many threads compute: one setting, for products and for loops over pieces.

A second thread pays only for what takes long: a large product, which BLAS cuts by itself, and
pieces that NumPy is at for tens of microseconds without the interpreter. All else, every other
call of BLAS too, is done by one.
"""

from __future__ import annotations

import os
from contextvars import ContextVar, copy_context
from functools import cache
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np

from initlab.errors import BadValueError
from initlab.nd.mkl import WORTH, mkl, multiplied

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import ThreadPoolExecutor

__all__ = ["in_shares", "product", "single", "threads"]

LARGE = 2**25
"""How many multiplications a product has that BLAS is to cut: half a millisecond's."""

Result = TypeVar("Result")


class _Blas:
    """A `with` block in which BLAS computes on so many threads; several may be in such blocks."""

    _before: ClassVar[list[list[tuple[Any, int]]]] = []
    _turn: ClassVar[Lock] = Lock()

    def __init__(self, count: int) -> None:
        import scipy.linalg.blas  # noqa: F401 - a library of its own, which is to be set too
        from threadpoolctl import ThreadpoolController

        self._count = count
        self._libraries = ThreadpoolController().lib_controllers

    def __enter__(self) -> None:
        changed = []
        with self._turn:
            for library in self._libraries:
                found = library.get_num_threads()
                if found != self._count:  # asking is ten times cheaper than setting
                    _set(library, self._count)
                    changed.append((library, found))
            self._before.append(changed)

    def __exit__(self, *_: object) -> None:
        with self._turn:  # the last of several threads sets back what the first one found
            for library, found in self._before.pop():
                _set(library, found)


def _set(library: Any, count: int) -> None:
    """Set a library's threads, whichever of this process's set them before.

    From 3.7 on threadpoolctl lets only one thread do so, until it says that it is done, and the
    others' calls do nothing.
    """
    done = getattr(library, "clear_controlling_thread", lambda **_: None)
    done(force=True)
    library.set_num_threads(count)
    done()


class threads:  # noqa: N801 - reads as what it sets: `with nd.threads(1):`
    """A `with` block that computes on so many threads; it can be entered again and again.

    The small products of this lab's nets gain nothing from a second thread, so it takes part in
    large ones alone. The number decides the last bits; a run's is its config's `threads`, 1 by
    default.

    Args:
        count: at least 1.

    Raises:
        BadValueError: for another.

    >>> import numpy as np
    >>> with threads(1):
    ...     product = np.ones((2, 3)) @ np.ones((3, 2))
    """

    now: ClassVar[int] = 1
    """How many it is at the moment."""

    def __init__(self, count: int) -> None:
        if not isinstance(count, int | np.integer) or count < 1:
            raise BadValueError(f"threads must be a whole number, at least 1, got {count}.")
        self._count = count
        self._one = _Blas(1)
        self._before: list[int] = []

    def __enter__(self) -> None:
        self._one.__enter__()
        self._before.append(threads.now)
        threads.now = self._count

    def __exit__(self, *_: object) -> None:
        threads.now = self._before.pop()
        self._one.__exit__()


_made = cache(_Blas)
_MAKING = Lock()  # who comes while it is made waits for the same one


def _blas(count: int) -> _Blas:
    with _MAKING:
        return _made(count)


def single() -> _Blas:
    """Return a `with` block in which BLAS is on one thread: for loops of small products.

    >>> with single():
    ...     pass
    """
    return _blas(1)


def product(a: Any, b: Any, out: Any = None) -> Any:
    """Return the product of two matrices, a large one by all threads that are set.

    The method takes half as long to begin as `np.matmul`, which counts where they are small.

    >>> product(np.ones((1, 2)), np.ones((2, 1)))
    array([[2.]])
    """
    if 0 in b.strides:  # one number repeated, as where shapes alone are asked: `dot` would copy it
        return np.matmul(a, b, out)
    size = a.size * b.shape[-1]
    if size >= WORTH and mkl() is not None:
        y = np.empty((len(a), b.shape[1]), a.dtype) if out is None else out
        if _by_mkl(a, b, y, size >= LARGE):
            return y
    if threads.now > 1 and size >= LARGE:
        with _blas(threads.now):
            return a.dot(b, out)
    return a.dot(b, out)


def _by_mkl(a: Any, b: Any, out: Any, large: bool) -> bool:
    """Write the product, a large one by as many runs of rows or columns as there are threads."""
    if not large:
        return multiplied(a, b, out)
    wide = len(out) < out.shape[1]

    def work(run: range) -> bool:
        at = slice(run.start, run.stop)
        return multiplied(a, b[:, at], out[:, at]) if wide else multiplied(a[at], b, out[at])

    return all(in_shares(work, range(max(out.shape))))


def in_shares(work: Callable[[Any], Result], pieces: Sequence[Any]) -> list[Result]:
    """Return what `work` returns for each thread's share of the pieces, a run of them.

    On one thread, with fewer pieces than threads, or within a share that is `[work(pieces)]`.

    >>> in_shares(sum, [1, 2, 3])
    [6]
    """
    count = threads.now
    if count == 1 or len(pieces) < count or _inside.get():
        return [work(pieces)]
    bounds = [len(pieces) * i // count for i in range(count + 1)]
    own, *others = (pieces[start:stop] for start, stop in pairwise(bounds))
    waiting = [_pool(count).submit(copy_context().run, _alone, work, share) for share in others]
    try:
        first = _alone(work, own)
    finally:
        found = [future.result() for future in waiting]
    return [first, *found]


_inside = ContextVar("inside", default=False)  # a share: its thread waits for no other


def _alone(work: Callable[[Any], Result], share: Any) -> Result:
    token = _inside.set(True)
    try:
        return work(share)
    finally:
        _inside.reset(token)


@cache
def _pool(count: int) -> ThreadPoolExecutor:
    """Return the threads beside the one that asks; a forked process makes its own."""
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(count - 1, "initlab")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)
