"""Workers of joblib that start warm: forked, each as it is needed, from one that waits."""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver, parent_process, set_forkserver_preload
from multiprocessing.connection import wait
from threading import Lock, Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["at_work", "warm_workers"]

WORK = Lock()  # held while a job is under way


def warm_workers() -> None:
    """Let joblib fork its workers from a server that starts now, and imports what they need.

    Joblib's own start as fresh interpreters, each of which imports MLflow and all else again. The
    server has no threads and no open store, so that it can be forked at any time; what it imported
    its workers share.
    """
    from joblib.externals.loky.backend.context import set_start_method

    set_forkserver_preload(["initlab.jobs.preload"])
    forkserver.ensure_running()
    set_start_method("forkserver", force=True)


@contextmanager
def at_work() -> Iterator[None]:
    """Do a job; a worker whose sweep was killed meanwhile does no other, and ends."""
    _watch()
    with WORK:
        yield


@cache
def _watch() -> None:
    parent = parent_process()
    if parent is not None:
        Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: Any) -> None:
    wait([sentinel])
    WORK.acquire()
    os._exit(1)  # joblib's own way out asks the one who is dead
