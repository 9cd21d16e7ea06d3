"""Workers of joblib that start warm: forked, each as it is needed, from one that waits."""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager
from functools import cache
from multiprocessing import forkserver, parent_process, resource_tracker, set_forkserver_preload
from multiprocessing.connection import wait
from threading import Lock, Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["at_work", "warm_early", "warm_workers"]

JOBLIB, NO_RECORD = "hydra/launcher=joblib", "tracking=none"

WORK = Lock()  # held while a job is under way


def warm_early(arguments: Sequence[str]) -> None:
    """Start the server that a sweep's command seems to ask for, before all else that it asks for.

    What it imports takes as long as the sweep's own making ready, and there is another core.
    """
    if JOBLIB in arguments:
        _serve(record=NO_RECORD not in arguments)


def warm_workers(*, record: bool) -> None:
    """Let joblib fork its workers from a server that imports what they need.

    Joblib's own start as fresh interpreters, each of which imports MLflow and all else again. The
    server runs no Python but its own and has no open store, so that it can be forked at any time;
    what it imported its workers share. It ends with this process, so that one that nobody asked
    for a worker costs nothing but a while of another core. Started twice, it is the one that is.

    Args:
        record: whether they need MLflow.
    """
    from joblib.externals.loky.backend.context import set_start_method

    _serve(record=record)
    set_start_method("forkserver", force=True)


def _serve(*, record: bool) -> None:
    recording = ["initlab.jobs.preload_record"] if record else []
    needed = ["initlab.config.joblib", *recording, "initlab.jobs.preload"]
    set_forkserver_preload(["initlab.mortal", *needed])
    resource_tracker.ensure_running()  # the server would start it, and undo what comes now
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # the server inherits it
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def at_work() -> Iterator[None]:
    """Do a job; a worker whose sweep was killed meanwhile does no other, and ends."""
    _watch()
    with WORK:
        if _orphaned(0):  # it may be faster here than the one that waits for its last job's end
            os._exit(1)
        yield


@cache
def _watch() -> None:
    if _sentinel() is not None:
        Thread(target=_outlive, daemon=True).start()


def _outlive() -> None:
    _orphaned(None)
    WORK.acquire()
    os._exit(1)  # joblib's own way out asks the one who is dead


def _orphaned(timeout: float | None) -> bool:
    """Wait so long, or for ever, for the death of who started this process."""
    sentinel = _sentinel()
    return sentinel is not None and bool(wait([sentinel], timeout))


def _sentinel() -> int | None:
    """What tells the death of who started this process; joblib's own fresh workers have none."""
    parent = parent_process()
    return None if parent is None else parent.sentinel
