"""The product of Householder reflections by LAPACK, made in the place of their vectors.

SciPy tells compiled callers where its LAPACK is. A call by address leaves the interpreter to other
threads, which a call of SciPy's own functions does not.
"""

from __future__ import annotations

from ctypes import CFUNCTYPE, byref, c_char_p, c_int, c_void_p, py_object, pythonapi
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["reflect_small"]

WORK = 64  # numbers a column that LAPACK's blocks take


def reflect_small(q: NDArray[Any]) -> None:
    """Do what `reflect` does, on one thread: quicker where a matrix stays in the cache."""
    vectors = q.T  # in row k from its diagonal on the x that reflection k takes to an axis
    by_columns = vectors.flags.c_contiguous
    tails = np.triu(vectors) if by_columns else np.tril(q).T
    first = np.diagonal(q).copy()
    signs = np.copysign(np.ones_like(first), first)
    lengths = signs * np.sqrt(np.vecdot(tails, tails))
    np.divide(tails, (first + lengths)[:, None], out=vectors)  # v = x + sign(x_1) |x| e_1, v_1 = 1
    _multiply("orgqr" if by_columns else "orglq", vectors, 1 + first / lengths)
    q *= signs


def _multiply(name: str, vectors: NDArray[Any], factors: NDArray[Any]) -> None:
    """Write the product of all I - factor v v' over the vectors v."""
    count, length = vectors.shape
    rows, columns = (length, count) if name == "orgqr" else (count, length)
    work = np.empty(WORK * count, vectors.dtype)
    _routine(("s" if vectors.dtype == np.float32 else "d") + name)(
        byref(c_int(rows)),
        byref(c_int(columns)),
        byref(c_int(count)),
        vectors.ctypes.data,
        byref(c_int(rows)),
        factors.ctypes.data,
        work.ctypes.data,
        byref(c_int(work.size)),
        byref(c_int()),
    )


@cache
def _routine(name: str) -> Callable[..., None]:
    """Return a routine of the form of xORGQR."""
    from scipy.linalg import cython_lapack  # not at the top: `plan` draws nothing

    capsule = py_object(cython_lapack.__pyx_capi__[name])
    get_name, get_pointer = pythonapi.PyCapsule_GetName, pythonapi.PyCapsule_GetPointer
    get_name.restype, get_pointer.restype = c_char_p, c_void_p
    address = get_pointer(capsule, c_char_p(get_name(capsule)))
    return CFUNCTYPE(None, *[c_void_p] * 9)(address)
