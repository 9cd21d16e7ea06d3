# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""The Gaussian error linear unit x Phi(x) (Hendrycks and Gimpel 2016), Phi the normal law's.

In float32, Phi(x) = 1/2 + tanh(p(x)) / 2 with an odd polynomial p for atanh(erf(x / sqrt 2)), as
x (a(s) + s³ b(s)) with s = x². One matrix product, of coefficients with the powers of s, gives a, b
and the logarithm of the density. It goes over a piece at a time while that is in the cache.
"""

from __future__ import annotations

from math import log, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, primitive
from initlab.nd.activations import erf
from initlab.nd.compiled import compiled

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["gelu"]

# of x, x^3, ...: the largest error of x Phi(x) over |x| < 5.9 made small, 7e-8
COEFFICIENTS = np.array(
    [7.97884493e-01, 3.63339109e-02, -3.29543358e-05, -5.52780819e-05, 3.97313331e-06,
     -1.33648142e-07, 1.80939227e-09], np.float32,
)  # fmt: skip
SUMS = np.array(
    [[*COEFFICIENTS[:3], 0], COEFFICIENTS[3:], [-log(sqrt(2 * pi)), -0.5, 0, 0]], np.float32
)  # times 1, s, s², s³: a, b, log phi
REACH = 5.9  # beyond, Phi is 0 or 1 in float32
PIECE = 16384


def _gelu(x: Any) -> Any:
    """Return x Phi(x), Phi the normal distribution function (Hendrycks and Gimpel 2016).

    >>> gelu(np.array([0.0]))
    array([0.])
    """
    if x.dtype == np.float32:
        return _forward(x)[0]
    return x * (0.5 + 0.5 * erf.fn(x * sqrt(0.5)))


def _gelu_rule(g: Any, y: Any, x: Any) -> Any:
    """Phi(x) + x phi(x)."""
    density = np.exp(x * x * -0.5) * (1 / sqrt(2 * pi))
    return g * (0.5 + 0.5 * erf.lifted(x * sqrt(0.5)) + x * density)


def _forward(x: Any) -> tuple[Any, np.ndarray]:
    """Keeps the slope."""
    if x.dtype != np.float32:
        return _gelu(x), _gelu_rule(1, None, x)
    x = np.asarray(x, order="C")
    fast = compiled("gelu", x)
    if fast is not None:
        value: tuple[np.ndarray, np.ndarray] = fast.gelu(x, COEFFICIENTS, REACH)
        return value
    y, slope = np.empty_like(x), np.empty_like(x)
    width = min(PIECE, x.size)
    powers, sums = np.ones((4, width), np.float32), np.empty((3, width), np.float32)
    flat = x.reshape(-1), y.reshape(-1), slope.reshape(-1)
    for start in range(0, x.size, PIECE):
        a, b, c = (array[start : start + PIECE] for array in flat)
        _piece(a, b, c, powers[:, : len(a)], sums[:, : len(a)])
    return y, slope


def _piece(
    x: np.ndarray, y: np.ndarray, slope: np.ndarray, powers: np.ndarray, sums: np.ndarray
) -> None:
    """Write x Phi and its slope Phi + x phi, phi the density; the first of the powers is 1."""
    near = np.clip(x, -REACH, REACH, out=y)
    _, square, fourth, sixth = powers
    np.multiply(near, near, out=square)
    np.multiply(square, square, out=fourth)
    np.multiply(square, fourth, out=sixth)
    phi, high, density = np.matmul(SUMS, powers, out=sums)
    phi += np.multiply(high, sixth, out=high)
    phi *= near
    np.tanh(phi, out=phi)
    phi *= 0.5
    phi += 0.5
    np.exp(density, out=slope)
    slope *= near
    slope += phi
    np.multiply(x, phi, out=y)


def _backward(
    g: Any, y: Any, slope: np.ndarray, needs: Sequence[bool], out: Sequence[Any], x: Any
) -> tuple[Any]:
    return (np.multiply(g, slope, out=out[0]),)


gelu = primitive(_gelu, _gelu_rule, kernel=Kernel(_forward, _backward))
