"""Kernels in one pass over memory, where NumPy takes many: compiled by numba, if that is installed.

`pip install "initlab[fast]"` brings it, and it switches itself on: for arrays of single precision
without gaps, not for reading alone, that are large enough to pay. Each kernel does what the NumPy
form beside its primitive does, to some units of rounding (`normal` to the last bit), and without
the interpreter, so that threads share it well. What it was compiled to is kept beside the code, or
where numba keeps such things for a user, if it can be; whoever changes `exponential` or `fused`
deletes that (`__pycache__/*.nb?`), for numba looks at a kernel's own file.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any

import numpy as np

__all__ = ["compiled"]

LARGE = 2**16  # elements


@cache
def installed() -> bool:
    """Return whether numba is, and goes with the NumPy that is here."""
    try:
        from numba import njit  # noqa: F401 - not at the top: it takes a fifth of a second
    except ImportError:
        return False
    return True


def compiled(name: str, array: np.ndarray, *others: np.ndarray) -> Any:
    """Return the module of that name here if it pays for such arrays, else None.

    >>> compiled("gelu", np.ones(3, np.float32)) is None
    True
    """
    if array.size < LARGE or not installed():
        return None
    if any(a.dtype != np.float32 or not a.flags.carray for a in (array, *others)):
        return None
    return import_module(f"{__name__}.{name}")
