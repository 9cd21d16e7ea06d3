"""How a short run lives with a large and talkative library."""

from __future__ import annotations

import gc
import logging
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

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


@contextmanager
def quiet() -> Iterator[None]:
    """Silence MLflow and what it drives; their loggers are as before afterwards."""
    loggers = [logging.getLogger(name) for name in _NOISY]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
