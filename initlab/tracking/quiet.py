"""How a short run lives with a large and talkative library."""

from __future__ import annotations

import gc
import logging
import sys
import warnings
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["paused_collector", "quiet"]

_NOISY = ("mlflow", "alembic", "urllib3", "sqlalchemy")


@contextmanager
def paused_collector() -> Iterator[None]:
    """Keep the garbage collector from walking MLflow's quarter million objects, now and at exit."""
    new, running = "mlflow" not in sys.modules, gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if new:
            gc.freeze()
        if running:
            gc.enable()


class _Silence:
    """A `with` block in which MLflow and what it drives say nothing; many may be in it at once.

    Their loggers are as before once the last is out. To change a level makes Python forget what it
    knows of each of MLflow's hundreds of loggers, so blocks within one block change none.
    """

    def __init__(self) -> None:
        self._lock, self._inside = Lock(), 0
        self._levels: dict[str, int] = {}

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._levels = {name: logging.getLogger(name).level for name in _NOISY}
                _set(dict.fromkeys(_NOISY, logging.CRITICAL + 1))

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                _set(self._levels)


def _set(levels: Mapping[str, int]) -> None:
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


_SILENCE = _Silence()


@contextmanager
def quiet() -> Iterator[None]:
    """Silence MLflow and what it drives."""
    with _SILENCE, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
