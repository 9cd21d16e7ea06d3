"""New tensors: float32 unless told otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.autograd import Tensor

__all__ = ["arange", "array", "empty", "eye", "full", "linspace", "ones", "zeros"]


def array(obj: Any, dtype: Any = None) -> Tensor:
    """Return a Tensor with a copy of `obj`: of its own dtype for a Tensor, else float32.

    >>> array([1, 2])
    array([1., 2.], dtype=float32)
    """
    if dtype is None:
        dtype = obj.dtype if isinstance(obj, Tensor) else np.float32
    return Tensor(np.array(obj, dtype))


def zeros(shape: int | tuple[int, ...], dtype: Any = np.float32) -> Tensor:
    """Return a Tensor full of zeros."""
    return Tensor(np.zeros(shape, dtype))


def ones(shape: int | tuple[int, ...], dtype: Any = np.float32) -> Tensor:
    """Return a Tensor full of ones."""
    return Tensor(np.ones(shape, dtype))


def full(shape: int | tuple[int, ...], val: Any, dtype: Any = np.float32) -> Tensor:
    """Return a Tensor full of `val`."""
    return Tensor(np.full(shape, val, dtype))


def empty(shape: int | tuple[int, ...], dtype: Any = np.float32) -> Tensor:
    """Return a Tensor whose values are yet to be written."""
    return Tensor(np.empty(shape, dtype))


def arange(
    start: float, stop: float | None = None, step: float = 1, dtype: Any = np.float32
) -> Tensor:
    """Return start, start + step, ... below stop; from 0 when only one number is given.

    >>> arange(3)
    array([0., 1., 2.], dtype=float32)
    """
    first, last = (0, start) if stop is None else (start, stop)
    return Tensor(np.arange(first, last, step, dtype))  # type: ignore[call-overload] # int|float


def eye(N: int, M: int | None = None, k: int = 0, dtype: Any = np.float32) -> Tensor:
    """Return an (N, M) Tensor with ones on the k-th diagonal."""
    return Tensor(np.eye(N, M, k, dtype))


def linspace(start: float, stop: float, num: int = 50, dtype: Any = np.float32) -> Tensor:
    """Return `num` values evenly from start to stop, both included."""
    return Tensor(np.linspace(start, stop, num, dtype=dtype))
