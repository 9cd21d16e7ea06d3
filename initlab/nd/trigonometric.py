# ruff: noqa: ARG005 - a rule is called with (g, y, *args) and names what it does not need
"""Circular and hyperbolic functions, and their inverses."""

from __future__ import annotations

import numpy as np

from initlab.autograd import primitive

__all__ = [
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "cos",
    "cosh",
    "sin",
    "sinh",
    "tan",
    "tanh",
]

sin = primitive(np.sin, lambda g, y, x: g * np.cos(x))
cos = primitive(np.cos, lambda g, y, x: -g * np.sin(x))
tan = primitive(np.tan, lambda g, y, x: g * (1 + y * y))
arcsin = primitive(np.arcsin, lambda g, y, x: g / np.sqrt(1 - x * x))
arccos = primitive(np.arccos, lambda g, y, x: -g / np.sqrt(1 - x * x))
arctan = primitive(np.arctan, lambda g, y, x: g / (1 + x * x))
arctan2 = primitive(
    np.arctan2,
    lambda g, y, a, b: g * b / (a * a + b * b),
    lambda g, y, a, b: -g * a / (a * a + b * b),
)
sinh = primitive(np.sinh, lambda g, y, x: g * np.cosh(x))
cosh = primitive(np.cosh, lambda g, y, x: g * np.sinh(x))
tanh = primitive(np.tanh, lambda g, y, x: g * (1 - y * y))
arcsinh = primitive(np.arcsinh, lambda g, y, x: g / np.sqrt(x * x + 1))
arccosh = primitive(np.arccosh, lambda g, y, x: g / np.sqrt(x * x - 1))
arctanh = primitive(np.arctanh, lambda g, y, x: g / (1 - x * x))
