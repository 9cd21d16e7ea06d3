"""Products by Intel's MKL, if that is installed: a kernel for each pair of shapes, made once.

`pip install "initlab[mkl]"` brings it, and it switches itself on. MKL compiles a product of some
hundred rows and columns for its very shapes; the kernel of a larger one calls its general product.
Each computes on the thread that asks, with the same bits wherever in memory its arrays begin.
"""

from __future__ import annotations

from ctypes import CDLL, CFUNCTYPE, byref, c_char, c_double, c_float, c_void_p
from functools import cache, lru_cache
from importlib.metadata import PackageNotFoundError, files
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["WORTH", "mkl", "multiplied"]

WORTH = 2**20
"""How many multiplications a product has from which it gains more than a call costs."""

BY_ROWS, AS_IT_IS, TRANSPOSED = 101, 111, 112  # numbers of MKL's headers
REPRODUCIBLE, SEQUENTIAL, FAILED = 2, 1, 2
TYPES = {np.dtype(np.float32): ("sgemm", c_float), np.dtype(np.float64): ("dgemm", c_double)}

Numbers: TypeAlias = tuple[int, ...]
_Kernel = CFUNCTYPE(None, c_void_p, c_void_p, c_void_p, c_void_p)
_start: Callable[[Any], Any] = (c_char * 1).from_buffer


@cache
def mkl() -> CDLL | None:
    """Return MKL, on one thread and with reproducible bits, or None where it is not installed."""
    try:
        doors = [
            name for name in files("mkl") or () if name.stem.startswith(("libmkl_rt", "mkl_rt"))
        ]
        library = CDLL(str(doors[0].locate()))
    except (PackageNotFoundError, IndexError, OSError):
        return None
    library.MKL_CBWR_Set(REPRODUCIBLE)
    library.MKL_Set_Threading_Layer(SEQUENTIAL)
    return library


def multiplied(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> bool:
    """Write the product of two matrices into `out`; False where MKL does not take such arrays."""
    found = _kernel(a.dtype, a.shape, a.strides, b.dtype, b.shape, b.strides)
    if found is None or out.dtype != a.dtype or out.shape != found.shape or not out.flags.carray:
        return False
    found.call(found.jitter, _address(a), _address(b), _start(out))
    return True


def _address(x: np.ndarray) -> Any:
    """Return where an array begins, in a third of the time of `x.ctypes.data` if that can be."""
    try:
        return _start(x if x.flags.c_contiguous else x.T)
    except (TypeError, ValueError):  # it is for reading alone, or has gaps
        return x.ctypes.data


class _Found(NamedTuple):
    """A kernel, what it takes before the arrays, and its result's shape."""

    call: Callable[..., None]
    jitter: int | None
    shape: Numbers


@lru_cache(1024)
def _kernel(
    dtype: np.dtype[Any], a: Numbers, of_a: Numbers, other: np.dtype[Any], b: Numbers, of_b: Numbers
) -> _Found | None:
    """Return what multiplies arrays of such types, shapes and strides."""
    library = mkl()
    if library is None or dtype != other or dtype not in TYPES or not len(a) == len(b) == 2:
        return None
    left, right = _lie(a, of_a, dtype.itemsize), _lie(b, of_b, dtype.itemsize)
    if left is None or right is None or a[1] != b[0]:
        return None
    (name, number), (ways, leading), shape = (
        TYPES[dtype],
        zip(left, right, strict=True),
        (a[0], b[1]),
    )
    create, pointer = library[f"mkl_cblas_jit_create_{name}"], library[f"mkl_jit_get_{name}_ptr"]
    pointer.argtypes, pointer.restype = (c_void_p,), c_void_p
    numbers, jitter = (*shape, a[1], number(1), *leading, number(0), shape[1]), c_void_p()
    if create(byref(jitter), BY_ROWS, *ways, *numbers) == FAILED:
        return None
    return _Found(_Kernel(pointer(jitter)), jitter.value, shape)


def _lie(shape: Numbers, strides: Numbers, size: int) -> tuple[int, int] | None:
    """Return whether a matrix lies by rows or by columns, and how far apart these begin."""
    (rows, columns), (down, along) = shape, strides
    if along == size and down >= columns * size and down % size == 0:
        return AS_IT_IS, down // size
    if down == size and along >= rows * size and along % size == 0:
        return TRANSPOSED, along // size
    return None
