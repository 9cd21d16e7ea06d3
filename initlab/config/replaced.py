"""What Hydra and its launchers look up, replaced for the time of a block."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["environment", "replaced"]

ABSENT = object()


@contextmanager
def replaced(owner: Any, name: str, value: object) -> Iterator[None]:
    """Give an attribute of a module or class another value, or one that has none.

    >>> class Launcher:
    ...     jobs = 1
    >>> with replaced(Launcher, "jobs", 8):
    ...     Launcher.jobs
    8
    >>> Launcher.jobs
    1
    """
    before = vars(owner).get(name, ABSENT)
    setattr(owner, name, value)
    try:
        yield
    finally:
        if before is ABSENT:
            delattr(owner, name)
        else:
            setattr(owner, name, before)


@contextmanager
def environment(settings: Mapping[str, str]) -> Iterator[None]:
    """Add variables to the process's environment, which afterwards is as before."""
    before = dict(os.environ)
    os.environ.update(settings)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
