"""Products by Intel's MKL, if that is installed: a kernel for each pair of shapes, made once.

`pip install "initlab[mkl]"` brings it, and it switches itself on. MKL compiles a product of some
hundred rows and columns for its very shapes; the kernel of a larger one calls its general product.
Each computes on the thread that asks, with the same bits wherever in memory its arrays begin.
"""

from __future__ import annotations

from ctypes import CDLL, CFUNCTYPE, byref, c_char, c_double, c_float, c_void_p
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias
from weakref import finalize

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
    from importlib.metadata import PackageNotFoundError, files  # takes as long as half of `nd`

    try:
        doors = [
            name for name in files("mkl") or () if name.stem.startswith(("libmkl_rt", "mkl_rt"))
        ]
        library = CDLL(str(doors[0].locate()))
    except (PackageNotFoundError, IndexError, OSError):
        return None
    library.MKL_Set_Threading_Layer(SEQUENTIAL)  # the first call, or it is not heard
    library.MKL_CBWR_Set(REPRODUCIBLE)
    return library


def multiplied(a: np.ndarray, b: np.ndarray, out: np.ndarray) -> bool:
    """Write the product of two matrices into `out`; False where MKL does not take such arrays.

    `out` must share no memory with them.
    """
    types = a.dtype, b.dtype, out.dtype
    found = _kernel(types, a.shape, a.strides, b.shape, b.strides, out.shape, out.strides)
    if found is None or not out.flags.writeable:
        return False
    kernel, compiled = found
    kernel(compiled, _address(a), _address(b), _address(out))
    return True


def _address(x: np.ndarray) -> Any:
    """Return where an array begins, in a third of the time of `x.ctypes.data` if that can be."""
    try:
        return _start(x if x.flags.c_contiguous else x.T)
    except (TypeError, ValueError):  # it is for reading alone, or has gaps
        return x.ctypes.data


@lru_cache(1024)
def _kernel(
    types: tuple[Any, ...],
    a: Numbers,
    of_a: Numbers,
    b: Numbers,
    of_b: Numbers,
    out: Numbers,
    of_out: Numbers,
) -> tuple[Callable[..., None], int | None] | None:
    """Return what multiplies arrays of such types, shapes and strides, and what it takes first."""
    library, size = mkl(), types[0].itemsize
    if library is None or len(set(types)) > 1 or types[0] not in TYPES:
        return None
    if not len(a) == len(b) == 2 or a[1] != b[0] or out != (a[0], b[1]):
        return None
    left, right, result = _lie(a, of_a, size), _lie(b, of_b, size), _lie(out, of_out, size)
    if left is None or right is None or result is None or result.way != AS_IT_IS:
        return None
    name, number = TYPES[types[0]]
    create, pointer = library[f"mkl_cblas_jit_create_{name}"], library[f"mkl_jit_get_{name}_ptr"]
    pointer.argtypes, pointer.restype = (c_void_p,), c_void_p
    made, shape = c_void_p(), (BY_ROWS, left.way, right.way, *out, a[1])
    leading = number(1), left.apart, right.apart, number(0), result.apart  # of 1 a b + 0 out
    if create(byref(made), *shape, *leading) == FAILED:
        return None
    kernel = _Kernel(pointer(made))
    # whoever calls it holds it, so it outlives the call though its place be given to another
    finalize(kernel, library.mkl_jit_destroy, made).atexit = False
    return kernel, made.value


class _Lie(NamedTuple):
    """Whether a matrix lies by rows or by columns, and how far apart these begin."""

    way: int
    apart: int


def _lie(shape: Numbers, strides: Numbers, size: int) -> _Lie | None:
    (rows, columns), (down, along) = shape, strides
    if along == size and down >= columns * size and down % size == 0:
        return _Lie(AS_IT_IS, down // size)
    if down == size and along >= rows * size and along % size == 0:
        return _Lie(TRANSPOSED, along // size)
    return None
