# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""The dense layer's one product with its bias: x Wᵀ + b."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import primitive
from initlab.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["dense"]


def _rows(x: Any, width: int, flatten: bool) -> Any:
    """Return `x` as a matrix of rows of `width`: one a sample, or one a vector on the last axis."""
    if x.ndim == 2:
        return x
    return np.reshape(x, (len(x), prod(x.shape[1:])) if flatten else (prod(x.shape[:-1]), width))


def _dense(x: Any, W: Any, b: Any = None, flatten: bool = True) -> Any:
    """Return x Wᵀ + b.

    Args:
        x: (n, ...) with ... as many values as `in`, or with flatten=False (..., in).
        W: (out, in).
        b: (out,) or None.
        flatten: whether all axes but the first are one sample.

    Returns:
        (n, out), or (..., out).

    Raises:
        ShapeError: when x's rows are not as wide as W.

    >>> dense(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))
    array([[16.]])
    """
    rows = _rows(x, W.shape[1], flatten)
    if rows.shape[1] != W.shape[1]:
        raise ShapeError(
            f"An input of shape {x.shape} gives rows of {rows.shape[1]} values, but the weight of "
            f"shape {W.shape} takes {W.shape[1]} (flatten={flatten})."
        )
    y = np.matmul(rows, W.T)
    if b is not None:
        y += b
    return y if flatten or x.ndim == 2 else y.reshape(*x.shape[:-1], len(W))


def _dense_back(
    g: Any, y: Any, needs: Sequence[bool], x: Any, W: Any, b: Any = None, flatten: bool = True
) -> tuple[Any, ...]:
    g = _rows(g, W.shape[0], flatten=False)
    back = np.matmul(g, W) if needs[0] else None
    return (
        back if back is None or x.ndim == 2 else np.reshape(back, x.shape),
        np.matmul(g.T, _rows(x, W.shape[1], flatten)) if needs[1] else None,
        g.sum(0) if len(needs) > 2 and needs[2] else None,
    )


dense = primitive(_dense, joint=_dense_back)
