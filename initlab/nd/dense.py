# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""The dense layer in one call: f(x Wᵀ + b)."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, primitive
from initlab.errors import ShapeError
from initlab.nd.constants import ones
from initlab.nd.perceptron_gradients import perceptron_gradients
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["dense"]


def _rows(x: Any, flatten: bool) -> Any:
    """Return `x` as a matrix of rows: one a sample, or one a vector on the last axis."""
    if x.ndim == 2:
        return x
    shape = x.shape
    return np.reshape(x, (len(x), prod(shape[1:])) if flatten else (prod(shape[:-1]), shape[-1]))


def _dense(
    x: Any, W: Any, b: Any = None, flatten: bool = True, activation: str | None = None
) -> Any:
    """Return f(x Wᵀ + b).

    Args:
        x: (n, ...) with ... as many values as `in`, or with flatten=False (..., in).
        W: (out, in).
        b: (out,) or None.
        flatten: whether all axes but the first are one sample.
        activation: f by its name in `ENDINGS`: relu, tanh, sigmoid; none if None.

    Returns:
        (n, out), or (..., out).

    Raises:
        ShapeError: when x's rows are not as wide as W, or b is not as long.

    >>> dense(np.array([[1.0, 2.0]]), np.array([[3.0, 4.0]]), np.array([5.0]))
    array([[16.]])
    """
    rows = x if x.ndim == 2 else _rows(x, flatten)
    if rows.shape[1] != W.shape[1]:
        raise ShapeError(
            f"An input of shape {x.shape} gives rows of {rows.shape[1]} values, but the weight of "
            f"shape {W.shape} takes {W.shape[1]} (flatten={flatten})."
        )
    y = product(rows, W.T)
    if b is not None:
        if b.shape != W.shape[:1]:
            raise ShapeError(
                f"A bias of shape {b.shape} does not fit the weight of shape {W.shape}: it needs "
                f"one value for each of the {len(W)} outputs."
            )
        y += b
    if activation is not None:
        ENDINGS[activation].apply(y)
    return y if flatten or x.ndim == 2 else y.reshape(*x.shape[:-1], len(W))


def _dense_back(
    g: Any,
    y: Any,
    needs: Sequence[bool],
    x: Any,
    W: Any,
    b: Any = None,
    flatten: bool = True,
    activation: str | None = None,
) -> tuple[Any, ...]:
    """A perceptron's, of one layer."""
    rows = _rows(g, flatten=False), _rows(x, flatten), _rows(y, flatten=False)
    which = (*needs, False)[:3]  # also of a bias that is not given
    back, dW, db = perceptron_gradients(*rows, W, activations=[activation], which=which)
    return back if back is None or x.ndim == 2 else np.reshape(back, x.shape), dW, db


def _backward(
    g: Any,
    y: Any,
    kept: None,
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    W: Any,
    b: Any = None,
    flatten: bool = True,
    activation: str | None = None,
) -> tuple[Any, ...]:
    """The rule above, in place; a bias's gradient is a product with ones."""
    if activation is not None:
        ENDINGS[activation].pull(g, y)
    rows = x
    if x.ndim != 2:
        g, rows = _rows(g, flatten=False), _rows(x, flatten)
    back = dW = db = None
    if needs[0]:
        back = product(g, W)
        if rows is not x:
            back = back.reshape(x.shape)
    if needs[1]:
        dW = product(g.T, rows, out[1])
    if b is not None and needs[2]:
        db = ones(len(g), g.dtype).dot(g, out[2])
    return back, dW, db


dense = primitive(_dense, joint=_dense_back, kernel=Kernel(None, _backward))
