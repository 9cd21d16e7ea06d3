"""Memory that a step frees is the memory that the next one uses.

A training step makes and drops the same arrays again and again. The C library gives large ones back
to the system at once, which clears every page anew: filling an array of 1 MB then takes several
times as long. Told to keep them, it is the pool of temporaries that a tape needs.
"""

from __future__ import annotations

import ctypes

__all__ = ["keep_freed_memory"]

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # numbers of malloc.h
LARGEST = 2**30


def keep_freed_memory() -> bool:
    """Let glibc keep arrays of up to 1 GB for their successors; False where it is not the library.

    >>> isinstance(keep_freed_memory(), bool)
    True
    """
    try:
        set_option = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return bool(set_option(MMAP_THRESHOLD, LARGEST) and set_option(TRIM_THRESHOLD, 2**31 - 1))
