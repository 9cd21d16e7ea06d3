"""Who carries out a job: one process at a time, among all that share a directory."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["claim"]


@contextmanager
def claim(file: Path, identity: str) -> Iterator[bool]:
    """Claim a job for the time of the block; False if another process has it.

    A claim is a lock on one byte of the file, the identity's first 60 bits its place. The system
    takes it back when its process dies, however that happens, so no claim is left behind.

    Args:
        file: made if need be; it stays empty.
        identity: a hash in hexadecimal.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        yield _lock(handle, int(identity[:15], 16))
    finally:
        os.close(handle)


def _lock(handle: int, place: int) -> bool:
    try:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, place)
    except BlockingIOError:
        return False
    return True
