# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Reductions: many values into one, over all axes or some."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.autograd import Tensor, implements, primitive
from initlab.errors import NoRuleError
from initlab.nd.arithmetic import sqrt

__all__ = ["cumsum", "max", "mean", "min", "norm", "prod", "std", "sum", "var"]


def _spread(g: Any, x: Any, axis: Any, keepdims: bool) -> Any:
    """Repeat `g` over the axes that a reduction of `x` removed."""
    if axis is not None and not keepdims:
        g = np.expand_dims(g, axis)
    return np.broadcast_to(g, x.shape)


def _sum(
    g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False
) -> Any:
    return _spread(g, x, axis, keepdims)


def _mean(
    g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False
) -> Any:
    return _spread(g * (y.size / x.size), x, axis, keepdims)


def _extreme(g: Any, y: Any, x: Any, axis: Any = None, *, keepdims: bool = False) -> Any:
    """Every tie gets the whole gradient."""
    return _spread(g, x, axis, keepdims) * (x == _spread(y, x, axis, keepdims))


def _cumsum(g: Any, y: Any, x: Any, axis: int | None = None, dtype: Any = None) -> Any:
    if axis is None:
        return np.reshape(np.flip(np.cumsum(np.flip(g))), x.shape)
    return np.flip(np.cumsum(np.flip(g, axis), axis), axis)


def _prod_rule(
    g: Any, y: Any, x: Any, axis: Any = None, dtype: Any = None, *, keepdims: bool = False
) -> Any:
    """The product of the others, also where some are zero: products before times after."""
    axes = range(x.ndim) if axis is None else np.atleast_1d(axis) % x.ndim
    others = 1
    rest = x
    for i in axes:
        others = others * _product_of_others(rest, int(i))
        rest = _lone_product(rest, int(i))
    return _spread(g, x, axis, keepdims) * others


def _lone_product(x: Any, axis: int) -> Any:
    """The product along one axis, kept, as multiplications of slices."""
    out = _piece(x, axis, 0)
    for i in range(1, x.shape[axis]):
        out = out * _piece(x, axis, i)
    return out


def _product_of_others(x: Any, axis: int) -> Any:
    """For each element the product of the others along `axis`."""
    n = x.shape[axis]
    before, after = [1], [1]
    for i in range(n - 1):
        before.append(before[-1] * _piece(x, axis, i))
        after.append(after[-1] * _piece(x, axis, n - 1 - i))
    pieces = [b * a + 0 * _piece(x, axis, 0) for b, a in zip(before, reversed(after), strict=True)]
    return np.concatenate(pieces, axis)


def _piece(x: Any, axis: int, i: int) -> Any:
    return x[(slice(None),) * axis + (slice(i, i + 1),)]


sum = primitive(np.sum, _sum)
mean = primitive(np.mean, _mean)
max = primitive(np.max, _extreme)
min = primitive(np.min, _extreme)
cumsum = primitive(np.cumsum, _cumsum)
prod = primitive(np.prod, _prod_rule)


@implements(np.var)
def var(x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Tensor:
    """Return the variance over `axis`, divided by n - ddof.

    >>> var(np.array([1.0, 3.0]))
    array(1.)
    """
    middle = mean(x, axis=axis, keepdims=True)
    n = np.size(x) / middle.size
    return sum(np.square(x - middle), axis=axis, keepdims=keepdims) / (n - ddof)


@implements(np.std)
def std(x: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False) -> Tensor:
    """Return the standard deviation over `axis`, divided by n - ddof under the root.

    >>> std(np.array([1.0, 3.0]))
    array(1.)
    """
    return sqrt(var(x, axis, ddof, keepdims))


def _norm(x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims))


def _norm_rule(g: Any, y: Any, x: Any, axis: Any = None, keepdims: bool = False) -> Any:
    """X / |x|, taken as 0 where the norm is 0."""
    length = np.where(y == 0, 1, y)
    return x * _spread(g / length, x, axis, keepdims)


_norm_primitive = primitive(_norm, _norm_rule)


@implements(np.linalg.norm)
def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Tensor:
    """Return the norm: the root of the sum of squares, or of order 1 or infinity for vectors.

    Raises:
        NoRuleError: for another order, and for matrix norms that are not Frobenius'.

    >>> norm(np.array([3.0, 4.0]))
    array(5.)
    """
    vectors = np.ndim(x) == 1 or isinstance(axis, int)
    if ord is None or ord == "fro" or (ord == 2 and vectors):
        return _norm_primitive(x, axis=axis, keepdims=keepdims)
    if vectors and ord == 1:
        return sum(np.abs(x), axis=axis, keepdims=keepdims)
    if vectors and ord == np.inf:
        return max(np.abs(x), axis=axis, keepdims=keepdims)
    raise NoRuleError(
        f"numpy.linalg.norm with ord={ord!r} has no rule for a Tensor of shape {np.shape(x)}: "
        "orders None and 'fro' have one, and 1, 2, inf over one axis."
    )
