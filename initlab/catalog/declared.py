"""Whether any package may bring plugins at all, asked of the files that would say so.

Most have none, and importlib.metadata takes a twentieth of a start to say that.
"""

from __future__ import annotations

import sys
from pathlib import Path

__all__ = ["may_be_declared"]

TOLD = "*-*/entry_points.txt"  # in NAME-1.0.dist-info, NAME.egg-info, EGG-INFO


def may_be_declared(group: str) -> bool:
    """Return False if no package on `sys.path` has an entry point of this group.

    An archive on it may have one: into those importlib.metadata looks.

    >>> may_be_declared("console_scripts"), may_be_declared("nobody has such a group")
    (True, False)
    """
    section = f"[{group}]".encode()
    return any(
        place.is_file() or any(section in _content(file) for file in place.glob(TOLD))
        for place in map(Path, sys.path)
    )


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:  # importlib.metadata passes over what cannot be read, too
        return b""
