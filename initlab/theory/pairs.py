"""Expectations over two correlated Gaussians: the kernel of an activation."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadValueError, QuadratureError
from initlab.theory.arguments import number, real
from initlab.theory.bounded import Estimate
from initlab.theory.panels import EPSILON
from initlab.theory.quadrature import TINY, activation, expectation, integrals, knots

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.theory.panels import Array, Places

__all__ = ["kernel"]

TOLERANCE = 1e-13  # of the second moment, for one panel; a tenth for one of the inner panels
POINTS = 2**15  # of u at most
REFUSED = 1e-5  # of the second moment: a bound that is no use; float32's digits allow 2e-6
WORK = 2**25  # points of v at most, for all u together
SIDE = 1e-9  # of a kink, to tell it from a jump
LINE = np.arange(-9.0, 10)  # beyond 9 the normal density is below 1e-18


def kernel(f: Callable[[Any], Any], correlation: float, length: float = 1.0) -> Estimate:
    """Return E f(u) f(v) for u, v ~ N(0, length) of a given correlation, with an error bound.

    Two nested quadratures: over u, and over v given u, whose panels begin at f's own kinks.

    Args:
        f: the activation; with its derivative this is the kernel's slope over `length` (Price).
        correlation: between -1 and 1.
        length: the variance of u and of v.

    Raises:
        QuadratureError: where the bound stays above 1e-5 E f^2, or is not had within 34 million
            points.
        BadValueError: for a correlation or length outside its range; as `expectation`.

    >>> from initlab import nd
    >>> round(kernel(nd.relu, 0.0) * 2 * np.pi, 10)  # (E relu)^2 = 1 / 2 pi
    1.0
    """
    if not -1 <= number("correlation", correlation) <= 1:
        raise BadValueError(f"A correlation lies between -1 and 1, got {correlation}.")
    if not 0 <= number("length", length) < float("inf"):
        raise BadValueError(f"A length is a finite variance of at least 0, got {length}.")
    f, scale = activation(f), sqrt(length)

    def g(z: Array) -> Array:
        return real(f, scale * z)

    g.__name__ = getattr(f, "__name__", str(f))
    if abs(correlation) == 1:
        return expectation(lambda z: g(z) * g(correlation * z))
    pair = _Pair(g, correlation)
    found = pair.estimate()
    if not found.error <= REFUSED * pair.size:
        raise QuadratureError(
            f"{g.__name__} has no kernel to five digits at correlation {correlation:g} and length "
            f"{length:g}: its error may be {min(found.error / pair.size, 1):.1g} of the second "
            "moment."
        )
    return found


class _Pair:
    """E g(u) g(v) for u, v ~ N(0, 1), v = correlation u + rest y with y ~ N(0, 1) of its own."""

    def __init__(self, g: Callable[[Array], Array], correlation: float) -> None:
        self.g, self.correlation, self.rest = g, correlation, sqrt(1 - correlation**2)
        square = expectation(lambda z: g(z) ** 2)
        self.size = float(square) + TINY
        self.allowed = max(TOLERANCE, square.error / self.size)  # no more digits than g itself has
        self.kinks = knots(lambda z, _: g(z), sqrt(self.size))
        self.blur = 16 * EPSILON / self.rest
        self.asked, self.inner_error = 0, 0.0

    def estimate(self) -> Estimate:
        """Return it with a bound, by quadrature over u."""
        # a kink is smoothed over a width of `rest`, which a panel must not overlook
        edges = np.concatenate([LINE, *(self.kinks + step * self.rest for step in (-8, 0, 8))])
        (value,), (error,) = integrals(
            self._product, np.unique(edges)[None], self.allowed * self.size, limit=POINTS
        )
        jumps = float(np.abs(self.g(self.kinks + SIDE) - self.g(self.kinks - SIDE)).sum())
        inner = (self.inner_error + self.blur * jumps) * sqrt(self.size)
        return Estimate(float(value), float(error) + inner + TOLERANCE * self.size)

    def _product(self, u: Array, _: Places) -> Array:
        """Return g(u) E[g(v) | u], by quadratures over y whose panels begin at g's own kinks."""
        mean = self.correlation * u.reshape(-1, 1)
        starts = np.clip((self.kinks - mean) / self.rest, LINE[0], LINE[-1])
        edges = np.sort(np.hstack([np.tile(LINE, (u.size, 1)), starts]))
        found, errors = integrals(
            lambda y, i: self._asked(mean[i] + self.rest * y),
            edges,
            self.allowed / 10 * sqrt(self.size),
            self.blur,
        )
        self.inner_error = max(self.inner_error, float(errors.max()))
        return self.g(u) * found.reshape(u.shape)

    def _asked(self, v: Array) -> Array:
        """Return g(v), up to so many times."""
        self.asked += v.size
        if self.asked > WORK:
            raise QuadratureError(
                f"{self.g.__name__} has no kernel to five digits within {WORK:,} points at "
                f"correlation {self.correlation:g}: it has too many kinks or jumps, or a pole."
            )
        return self.g(v)
