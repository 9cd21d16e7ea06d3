# ruff: noqa: ARG001, ARG005 - a rule is called with (g, y, *args) and names what it does not need
"""Arithmetic: sums, products, powers, and what chooses between two values."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.autograd import implements, primitive

__all__ = [
    "absolute",
    "add",
    "clip",
    "divide",
    "maximum",
    "minimum",
    "multiply",
    "negative",
    "positive",
    "power",
    "reciprocal",
    "sqrt",
    "square",
    "subtract",
]

add = primitive(np.add, lambda g, y, a, b: g, lambda g, y, a, b: g)
subtract = primitive(np.subtract, lambda g, y, a, b: g, lambda g, y, a, b: -g)
multiply = primitive(np.multiply, lambda g, y, a, b: g * b, lambda g, y, a, b: g * a)
divide = primitive(np.divide, lambda g, y, a, b: g / b, lambda g, y, a, b: -g * y / b)
negative = primitive(np.negative, lambda g, y, x: -g)
positive = primitive(np.positive, lambda g, y, x: g)
reciprocal = primitive(np.reciprocal, lambda g, y, x: -g * y * y)
square = primitive(np.square, lambda g, y, x: g * x * 2)
sqrt = primitive(np.sqrt, lambda g, y, x: g * 0.5 / y)
absolute = primitive(np.absolute, lambda g, y, x: g * np.sign(x))


def _power_base(g: Any, y: Any, x: Any, p: Any) -> Any:
    """P x^(p-1), which is 0 for p = 0 also at x = 0."""
    if isinstance(p, int | float):
        return g * x ** (p - 1) * p if p else g * 0
    return g * p * x ** np.where(p == 0, 1, p - 1)


def _power_exponent(g: Any, y: Any, x: Any, p: Any) -> Any:
    """x^p log x, which is taken as 0 at x = 0."""
    return g * y * np.log(np.where(x == 0, 1, x))


power = primitive(np.power, _power_base, _power_exponent)


def _larger(g: Any, a: Any, b: Any) -> Any:
    """`g` where `a` is larger than `b`, half of it at a tie, else 0."""
    return np.where(a > b, g, np.where(a == b, g * 0.5, 0))


maximum = primitive(
    np.maximum, lambda g, y, a, b: _larger(g, a, b), lambda g, y, a, b: _larger(g, b, a)
)
minimum = primitive(
    np.minimum, lambda g, y, a, b: _larger(g, b, a), lambda g, y, a, b: _larger(g, a, b)
)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return np.clip(x, low, high)


def _clip_rule(g: Any, y: Any, x: Any, low: Any, high: Any) -> Any:
    """The gradient passes inside and at both ends."""
    inside: Any = True
    if low is not None:
        inside = np.logical_and(inside, x >= low)
    if high is not None:
        inside = np.logical_and(inside, x <= high)
    return g * inside


_clip_primitive = primitive(_clip, _clip_rule, None, None)


@implements(np.clip)
def clip(x: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Any:
    """Return `x` held between two bounds (None: no bound); the bounds get no gradient.

    >>> clip(np.array([-1.0, 0.5, 2.0]), 0, 1)
    array([0. , 0.5, 1. ])
    """
    low = a_min if min is None else min
    high = a_max if max is None else max
    return _clip_primitive(x, low, high)
