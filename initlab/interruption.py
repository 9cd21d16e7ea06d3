"""Ctrl-C that is heard wherever it falls."""

from __future__ import annotations

import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

__all__ = ["interruptible"]

AGAIN = 0.01  # seconds


@contextmanager
def interruptible() -> Iterator[None]:
    """Make SIGINT and SIGTERM raise KeyboardInterrupt in the main thread, for the block's time.

    Python drops an exception that is raised in a finalizer, and where a run has just ended, a good
    part of the time is spent in those of its figures. What was dropped there is raised again.
    """
    signals = (signal.SIGTERM, signal.SIGALRM)
    handlers = [signal.signal(number, _interrupt) for number in signals]
    hook = sys.unraisablehook

    def again(dropped: Any) -> None:
        if issubclass(dropped.exc_type, KeyboardInterrupt):
            signal.setitimer(signal.ITIMER_REAL, AGAIN)  # raised here, it would be dropped again
        else:
            hook(dropped)

    sys.unraisablehook = again
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        sys.unraisablehook = hook
        for number, handler in zip(signals, handlers, strict=True):
            signal.signal(number, handler)


def _interrupt(_signal: int, _frame: object) -> NoReturn:
    raise KeyboardInterrupt
