# ruff: noqa: ARG005 - a rule is called with (g, y, *args) and names what it does not need
"""Exponentials and logarithms."""

from __future__ import annotations

from math import log as ln

import numpy as np

from initlab.autograd import primitive

__all__ = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "logaddexp"]

exp = primitive(np.exp, lambda g, y, x: g * y)
exp2 = primitive(np.exp2, lambda g, y, x: g * y * ln(2))
expm1 = primitive(np.expm1, lambda g, y, x: g * (y + 1))
log = primitive(np.log, lambda g, y, x: g / x)
log2 = primitive(np.log2, lambda g, y, x: g / (x * ln(2)))
log10 = primitive(np.log10, lambda g, y, x: g / (x * ln(10)))
log1p = primitive(np.log1p, lambda g, y, x: g / (x + 1))
logaddexp = primitive(
    np.logaddexp,
    lambda g, y, a, b: g * np.exp(a - y),
    lambda g, y, a, b: g * np.exp(b - y),
)
