"""Where a function changes its sign: found, and between which two places for certain."""

from __future__ import annotations

from math import exp, inf, log, ulp
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.theory.bounded import Estimate

__all__ = ["FAR", "bracket", "root"]

FAR = 1e18  # where no sign is looked for any more
WIDER = 4.0  # a bracket is at most so many times wider than the narrowest


def root(f: Callable[[float], float], low: float, high: float) -> float:
    """Return the length between two others at which f changes its sign."""
    from scipy.optimize import brentq

    ends = sorted((log(low), log(high)))
    return exp(brentq(lambda x: f(exp(x)), *ends, xtol=1e-14, rtol=1e-14))


def bracket(
    f: Callable[[float], Estimate],
    at: float,
    least: float = 0.0,
    low: float = -inf,
    high: float = inf,
) -> float:
    """Return within what distance of a place a continuous f certainly falls from above 0 to below.

    That is inf where f's own bounds leave a sign open as far as 1e18.

    Args:
        f: with its bound.
        at: the place, as `root` found it.
        least: the smallest distance that is tried.
        low: a place where f is known not to be below 0.
        high: a place where f is known not to be above 0.

    >>> from initlab.theory.bounded import Estimate
    >>> bracket(lambda x: Estimate(2 - x * x, 1e-6), 2**0.5, 1e-6, 0.0) < 4e-6
    True
    """

    def above(distance: float) -> bool:
        return at - distance <= low or f(at - distance).sign() > 0

    def below(distance: float) -> bool:
        return at + distance >= high or f(at + distance).sign() < 0

    found = f(at)
    least = max(least, abs(float(found)) + found.error)
    down, up = min(_first(above, least), at - low), min(_first(below, least), high - at)
    return max(down, up) + ulp(at)


def _first(holds: Callable[[float], bool], distance: float) -> float:
    """Return the first of growing distances at which something holds."""
    while not holds(distance):
        if distance > FAR:
            return inf
        distance *= WIDER
    return distance
