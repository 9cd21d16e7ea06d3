"""The process behind a command: `python -m initlab`, and `initlab` itself."""

from __future__ import annotations

import gc
import sys
from typing import NoReturn

__all__ = ["start"]

OBJECTS = 200_000
"""More than a start makes, less than would be missed: a run leaves 8,000 in cycles."""


def start() -> NoReturn:
    """Carry out the command line and leave with its exit status.

    What is imported is no garbage, so the collector need not walk it: not on the way, for which it
    would take every tenth part of a start, and not at the end, for which a fifth.
    """
    gc.set_threshold(OBJECTS)
    from initlab.cli import main

    status = main()
    gc.freeze()
    exec("pass")  # noqa: S102 - else Python dies of a Ctrl-C that fell into a dataclass's own exec
    sys.exit(status)


if __name__ == "__main__":
    start()
