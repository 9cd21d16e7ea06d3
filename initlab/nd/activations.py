# ruff: noqa: ARG001, ARG005 - a rule is called with (g, y, *args) and names what it does not need
"""Activation functions: what a layer does to each value."""

from __future__ import annotations

from math import pi
from math import sqrt as root
from typing import Any

import numpy as np

from initlab.autograd import primitive

__all__ = ["elu", "erf", "leaky_relu", "relu", "selu", "sigmoid", "silu", "softplus"]

SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _relu(x: Any) -> Any:
    """Return max(x, 0); the derivative at 0 is 0.

    >>> relu(np.array([-1.0, 2.0]))
    array([0., 2.])
    """
    return np.maximum(x, 0)


def _sigmoid(x: Any) -> Any:
    """Return 1 / (1 + e^-x), without overflow.

    >>> sigmoid(np.array([-1000.0, 0.0]))
    array([0. , 0.5])
    """
    tail = np.exp(-np.abs(x))  # of the farther side, so at most 1
    return np.where(x >= 0, 1, tail) / (1 + tail)


def _softplus(x: Any) -> Any:
    """Return log(1 + e^x).

    >>> softplus(np.array([1000.0]))
    array([1000.])
    """
    return np.logaddexp(x, 0)


def _erf(x: Any) -> Any:
    """Return the error function.

    >>> erf(np.array([0.0]))
    array([0.])
    """
    from scipy.special import erf as exact

    return exact(x)


relu = primitive(_relu, lambda g, y, x: g * (x > 0))
sigmoid = primitive(_sigmoid, lambda g, y, x: g * y * (1 - y))
softplus = primitive(_softplus, lambda g, y, x: g * np.exp(x - y))
erf = primitive(_erf, lambda g, y, x: g * np.exp(-(x * x)) * (2 / root(pi)))


def _silu(x: Any) -> Any:
    """Return x sigmoid(x) (Elfwing, Uchibe and Doya 2018).

    >>> silu(np.array([0.0]))
    array([0.])
    """
    return x * _sigmoid(x)


def _silu_rule(g: Any, y: Any, x: Any) -> Any:
    s = sigmoid.lifted(x)
    return g * (s + y * (1 - s))


def _elu(x: Any, alpha: float = 1.0) -> Any:
    """Return x above 0 and alpha (e^x - 1) below (Clevert, Unterthiner and Hochreiter 2016).

    >>> elu(np.array([-1000.0, 2.0]))
    array([-1.,  2.])
    """
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _elu_rule(g: Any, y: Any, x: Any, alpha: float = 1.0) -> Any:
    return np.where(x > 0, g, g * (y + alpha))


def _leaky_relu(x: Any, slope: float = 0.01) -> Any:
    """Return x above 0 and slope times x below; the derivative at 0 is the slope.

    >>> leaky_relu(np.array([-1.0, 2.0]), slope=0.5)
    array([-0.5,  2. ])
    """
    return np.where(x > 0, x, slope * x)


def _leaky_relu_rule(g: Any, y: Any, x: Any, slope: float = 0.01) -> Any:
    return np.where(x > 0, g, slope * g)


def _selu(x: Any) -> Any:
    """Return the scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017).

    >>> selu(np.array([0.0]))
    array([0.])
    """
    return SELU_SCALE * _elu(x, SELU_ALPHA)


def _selu_rule(g: Any, y: Any, x: Any) -> Any:
    return np.where(x > 0, SELU_SCALE * g, g * (y + SELU_SCALE * SELU_ALPHA))


silu = primitive(_silu, _silu_rule)
elu = primitive(_elu, _elu_rule)
leaky_relu = primitive(_leaky_relu, _leaky_relu_rule)
selu = primitive(_selu, _selu_rule)
