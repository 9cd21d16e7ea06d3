"""Expectations over two correlated Gaussians: the kernel of an activation."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadValueError, QuadratureError
from initlab.theory.panels import EPSILON
from initlab.theory.quadrature import (
    TINY,
    Estimate,
    activation,
    estimate,
    integrals,
    knots,
)

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
        BadValueError: for a correlation or length outside its range; as `estimate`.

    >>> from initlab import nd
    >>> round(kernel(nd.relu, 0.0).value * 2 * np.pi, 10)  # (E relu)^2 = 1 / 2 pi
    1.0
    """
    if not -1 <= correlation <= 1:
        raise BadValueError(f"A correlation lies between -1 and 1, got {correlation}.")
    if not 0 <= length < float("inf"):
        raise BadValueError(f"A length is a finite variance of at least 0, got {length}.")
    f, scale, rest = activation(f), sqrt(length), sqrt(1 - correlation**2)

    def g(z: Array) -> Array:
        return np.asarray(f(scale * z))

    g.__name__ = getattr(f, "__name__", str(f))
    if rest == 0:
        return estimate(lambda z: g(z) * g(correlation * z))
    square, bound = estimate(lambda z: g(z) ** 2)
    size = square + TINY
    root, allowed = sqrt(size), max(TOLERANCE, bound / size)  # no more digits than f itself has
    kinks = knots(lambda z, _: g(z), root)
    inner_error, blur, asked = [0.0], 16 * EPSILON / rest, [0]
    jumps = float(np.abs(g(kinks + SIDE) - g(kinks - SIDE)).sum())

    def product(z: Array, _: Places) -> Array:
        mean = correlation * z.reshape(-1, 1)
        starts = np.clip((kinks - mean) / rest, LINE[0], LINE[-1])
        edges = np.sort(np.hstack([np.tile(LINE, (z.size, 1)), starts]))

        def inner(y: Array, i: Places) -> Array:
            asked[0] += y.size
            if asked[0] > WORK:
                raise QuadratureError(
                    f"{g.__name__} has no kernel to five digits within {WORK:,} points at "
                    f"correlation {correlation:g} and length {length:g}: it has too many kinks or "
                    "jumps, or a pole."
                )
            return g(mean[i] + rest * y)

        given, errors = integrals(inner, edges, allowed / 10 * root, blur)
        inner_error.append(float(errors.max()))
        return g(z) * given.reshape(z.shape)

    # a kink is smoothed over a width of `rest`, which a panel must not overlook
    edges = np.concatenate([LINE, *(kinks + step * rest for step in (-8, 0, 8))])
    (value,), (error,) = integrals(product, np.unique(edges)[None], allowed * size, limit=POINTS)
    whole = float(error) + (max(inner_error) + blur * jumps) * root + TOLERANCE * size
    if not whole <= REFUSED * size:
        raise QuadratureError(
            f"{g.__name__} has no kernel to five digits at correlation {correlation:g} and length "
            f"{length:g}: its error may be {min(whole / size, 1):.1g} of the second moment."
        )
    return Estimate(float(value), whole)
