"""How many cores there are to draw on, and several draws at once, each on a core of its own."""

from __future__ import annotations

import os
from threading import local
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["at_once", "cores"]


class _Thread(local):
    alone = False  # whether this thread is one of those that draw at once


_THREAD = _Thread()


def cores() -> int:
    """Return the number of cores that a draw in this thread may use: one in a call of `at_once`."""
    if _THREAD.alone:
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def at_once(draws: Sequence[Callable[[], None]]) -> None:
    """Make all draws, as many at a time as there are cores; those of no two may share a generator.

    Raises:
        Exception: what the first of them raises, in their order, when those under way have ended;
            the rest is left out.

    >>> from functools import partial
    >>> import numpy as np
    >>> found = [np.empty(2), np.empty(2)]
    >>> at_once([partial(np.random.default_rng(0).random, out=found[0]), partial(found[1].fill, 3)])
    >>> found[1].tolist()
    [3.0, 3.0]
    """
    threads = min(cores(), len(draws))
    if threads < 2:
        for draw in draws:
            draw()
        return
    from concurrent.futures import ThreadPoolExecutor  # a plan draws nothing

    with ThreadPoolExecutor(threads, "initlab-at-once", _begin) as pool:
        list(pool.map(_call, draws))


def _begin() -> None:
    _THREAD.alone = True


def _call(draw: Callable[[], None]) -> None:
    draw()
