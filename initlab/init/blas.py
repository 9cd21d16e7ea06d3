"""Linear algebra on one thread, whose products have the same bits however many there are."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from threadpoolctl import ThreadpoolController

__all__ = ["on_one_thread"]

_TURN = Lock()  # the number of BLAS threads is one for the process


@contextmanager
def on_one_thread() -> Iterator[None]:
    """Keep BLAS to one thread, in a turn that is this caller's alone."""
    with _TURN, _pools().limit(limits=1, user_api="blas"):
        yield


@cache
def _pools() -> ThreadpoolController:
    import scipy.linalg.lapack  # noqa: F401 - its BLAS is to be found
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
