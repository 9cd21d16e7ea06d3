# ruff: noqa: ARG001, ARG005 - a rule is called with (g, y, *args) and names what it does not need
"""Shapes: the same values in another arrangement."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.autograd import Tensor, implements, primitive
from initlab.errors import NoRuleError

__all__ = [
    "astype",
    "broadcast_to",
    "copy",
    "expand_dims",
    "flip",
    "moveaxis",
    "pad",
    "ravel",
    "reshape",
    "roll",
    "squeeze",
    "swapaxes",
    "tile",
    "transpose",
    "tril",
    "triu",
]


def _reshape_back(g: Any, y: Any, x: Any, shape: Any = None, *, axis: Any = None) -> Any:
    return np.reshape(g, x.shape)


def _transpose_back(g: Any, y: Any, x: Any, axes: Any = None) -> Any:
    return np.transpose(g, None if axes is None else tuple(np.argsort(np.asarray(axes) % x.ndim)))


reshape = primitive(np.reshape, _reshape_back)
ravel = primitive(np.ravel, _reshape_back)
expand_dims = primitive(np.expand_dims, _reshape_back)
squeeze = primitive(np.squeeze, _reshape_back)
transpose = primitive(np.transpose, _transpose_back)
swapaxes = primitive(np.swapaxes, lambda g, y, x, a, b: np.swapaxes(g, a, b))
moveaxis = primitive(np.moveaxis, lambda g, y, x, a, b: np.moveaxis(g, b, a))
broadcast_to = primitive(np.broadcast_to, lambda g, y, x, shape: g)  # the engine sums
copy = primitive(np.copy, lambda g, y, x: g)
flip = primitive(np.flip, lambda g, y, x, axis=None: np.flip(g, axis))
roll = primitive(np.roll, lambda g, y, x, n, axis=None: np.roll(g, _opposite(n), axis))
tril = primitive(np.tril, lambda g, y, x, k=0: np.tril(g, k))
triu = primitive(np.triu, lambda g, y, x, k=0: np.triu(g, k))


def _opposite(n: Any) -> Any:
    return tuple(-i for i in n) if isinstance(n, tuple) else -n


def _cast(x: Any, dtype: Any) -> Any:
    return np.asarray(x).astype(dtype)


_cast_primitive = primitive(_cast, lambda g, y, x, dtype: g.astype(x.dtype), name="astype")


@implements(np.astype)
def astype(x: Any, dtype: Any, copy: bool = True) -> Tensor:
    """Return the values as `dtype`; to integers and booleans no gradient passes.

    >>> astype(np.array([1.5]), "int32")
    array([1], dtype=int32)
    """
    if not copy and x.dtype == dtype:
        return x if isinstance(x, Tensor) else Tensor(x)
    if np.dtype(dtype).kind != "f":
        return Tensor(np.asarray(x).astype(dtype))
    return _cast_primitive(x, dtype)


@implements(np.tile)
def tile(x: Any, reps: Any) -> Tensor:
    """Return `x` laid side by side `reps` times along each axis.

    >>> tile(np.array([1.0, 2.0]), 2)
    array([1., 2., 1., 2.])
    """
    counts = (reps,) if np.ndim(reps) == 0 else tuple(reps)
    shape = np.shape(x)
    rank = max(len(counts), len(shape))
    counts = (1,) * (rank - len(counts)) + counts
    shape = (1,) * (rank - len(shape)) + shape
    pairs = list(zip(counts, shape, strict=True))
    rows = reshape(x, tuple(n for _, d in pairs for n in (1, d)))
    repeated = broadcast_to(rows, tuple(n for pair in pairs for n in pair))
    return reshape(repeated, tuple(c * d for c, d in pairs))


def _pad(x: Any, pad_width: Any, constant_values: Any = 0) -> Any:
    return np.pad(x, pad_width, constant_values=constant_values)


def _pad_back(g: Any, y: Any, x: Any, pad_width: Any, constant_values: Any = 0) -> Any:
    widths = np.broadcast_to(pad_width, (x.ndim, 2))
    return g[tuple(slice(b, b + n) for (b, _), n in zip(widths, x.shape, strict=True))]


_pad_primitive = primitive(_pad, _pad_back)


@implements(np.pad)
def pad(x: Any, pad_width: Any, mode: str = "constant", *, constant_values: Any = 0) -> Tensor:
    """Return `x` with constant borders; other modes have no rule.

    Raises:
        NoRuleError: for a mode other than 'constant'.

    >>> pad(np.array([1.0]), 1)
    array([0., 1., 0.])
    """
    if mode != "constant":
        raise NoRuleError(f"numpy.pad with mode={mode!r} has no rule for a Tensor: use 'constant'.")
    return _pad_primitive(x, pad_width, constant_values=constant_values)
