"""What an activation makes of a Gaussian: moments, and how they grow with its variance."""

from __future__ import annotations

from functools import lru_cache
from math import inf, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.errors import BadValueError
from initlab.theory.moments import (
    derivative,
    fourth_moment,
    mean,
    moment_growth,
    second_moment,
    second_moments,
    slope_growth,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.theory.signal import Array

__all__ = ["Response", "response", "shifted", "sized"]

EXACT = 1e-9  # two moments this close are those of z itself
BEYOND = 1e250  # a variance whose Gaussian's powers may overflow: what it leads to is infinite


class Response(NamedTuple):
    """What an activation makes of N(mean, variance)."""

    second_moment: float
    mean: float
    spread: float  # E f^4 / (E f^2)^2 - 1
    growth: float  # d ln E f^2 / d ln variance
    slope: float  # E f'^2
    slope_spread: float  # E f'^4 / (E f'^2)^2 - 1
    slope_growth: float  # d ln E f'^2 / d ln variance

    def left_out(self, width: float) -> float:
        """Return what fluctuations of 1 / width leave out: 1 / width of a root mean square.

        Nothing for f(z) = a z or a |z|, which keep the length that orthogonal weights keep.
        """
        exact = abs(self.spread - 2) < EXACT and self.slope_spread < EXACT
        return 0.0 if exact else 4 / width**2


def sized(f: Callable[[Any], Any], sample: Array, squares: Array) -> Array:
    """Return the factor from the mean of a sample's f^2 to E f^2, for each place.

    Args:
        f: the activation, or its slope.
        sample: (inputs, channels, *places), Gaussian with mean 0 over the channels.
        squares: f^2 of it.
    """
    variance = np.mean(np.square(sample, dtype=np.float64), axis=1, keepdims=True)
    found = np.mean(squares, axis=1, keepdims=True, dtype=np.float64)
    wanted = second_moments(f, variance)
    return np.divide(wanted, found, out=np.ones_like(found), where=found > 0)


@lru_cache(1024)
def response(f: Callable[[Any], Any], centre: float, variance: float) -> Response:
    """Return what f makes of N(centre, variance).

    Raises:
        BadValueError: as `second_moment` and the other moments, but for a variance that overflows.

    >>> from initlab import nd
    >>> made = response(nd.relu, 0.0, 2.0)
    >>> round(made.second_moment, 12), round(made.spread, 12), round(made.growth, 12)
    (1.0, 5.0, 1.0)
    """
    g = shifted(f, centre)
    slope = derivative(g)
    with np.errstate(all="ignore"):
        try:
            squared, sloped = second_moment(g, variance), second_moment(slope, variance)
            found = (
                squared,
                mean(g, variance),
                _spread(g, variance, squared),
                variance * moment_growth(g, variance) / squared if squared and variance else 0.0,
                sloped,
                _spread(slope, variance, sloped),
                slope_growth(g, variance),
            )
            return Response(*map(float, found))  # depth asks for no bounds
        except BadValueError:
            if variance < BEYOND:
                raise
            return Response(inf, 0.0, inf, 1.0, inf, inf, 0.0)


def _spread(f: Callable[[Any], Any], variance: float, squared: float) -> float:
    """Return E f^4 / (E f^2)^2 - 1, infinite where the fourth moment is."""
    if squared == 0:
        return 0.0
    size = sqrt(squared)  # divided by it, f has no fourth power that only its scale makes overflow
    try:
        return fourth_moment(lambda z: np.asarray(f(z)) / size, variance) - 1
    except BadValueError:
        return inf


def shifted(f: Callable[[Any], Any], by: float) -> Callable[[Any], Any]:
    """Return f(z + by) as a function of z, by f's name."""
    if by == 0:
        return f

    def g(z: Any) -> Any:
        return f(z + by)

    g.__name__ = getattr(f, "__name__", str(f))
    return g
