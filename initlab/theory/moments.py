"""Moments of an activation, and of its derivative, under a standard Gaussian input."""

from __future__ import annotations

from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

import initlab.nd  # noqa: F401 - the rules by which NumPy's functions have slopes
from initlab.autograd import Tensor, record
from initlab.errors import BadTypeError, BadValueError
from initlab.theory import arguments
from initlab.theory.bounded import Estimate
from initlab.theory.quadrature import TINY, activation, expectation

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

__all__ = [
    "derivative",
    "fourth_moment",
    "mean",
    "moment_growth",
    "second_moment",
    "second_moments",
    "slope_growth",
    "variance",
]

STEP, SMALL = 0.01, 1e-12
MIDDLES = np.arange(-9 + STEP / 2, 9, STEP)
DENSITY = STEP * np.exp(-(MIDDLES**2) / 2) / sqrt(2 * pi)
POWERS = {2: "square", 4: "fourth power"}


def mean(f: Callable[[Any], Any], length: float = 1.0, breaks: Iterable[float] = ()) -> Estimate:
    """Return E f(z) for z ~ N(0, length).

    >>> from initlab import nd
    >>> round(mean(nd.relu), 12)  # 1 / sqrt(2 pi)
    0.398942280401
    """
    return _moment(f, length, 1, breaks)


def second_moment(
    f: Callable[[Any], Any], length: float = 1.0, breaks: Iterable[float] = ()
) -> Estimate:
    """Return E f(z)^2 for z ~ N(0, length).

    >>> from initlab import nd
    >>> round(second_moment(nd.relu), 12)
    0.5
    """
    return _moment(f, length, 2, breaks)


def second_moments(f: Callable[[Any], Any], lengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return E f(z)^2 for z ~ N(0, length) at many lengths at once, to about four digits.

    By the midpoint rule at 129 lengths, with powers of the length between them.

    >>> from initlab import nd
    >>> second_moments(nd.relu, np.array([0.0, 1.0, 4.0])).round(4)
    array([0. , 0.5, 2. ])
    """
    largest = float(np.max(lengths, initial=0.0))
    if largest <= 0:
        return np.full(lengths.shape, second_moment(f, 0.0))
    shortest = max(float(np.min(lengths)), SMALL * largest)
    grid = np.geomspace(shortest, largest, 129)
    values = np.asarray(f(np.sqrt(grid)[:, None] * MIDDLES), np.float64)
    found = np.maximum(values**2 @ DENSITY, np.finfo(np.float64).tiny)
    within = np.log(np.maximum(lengths, shortest))
    moments = np.exp(np.interp(within, np.log(grid), np.log(found)))
    return np.where(lengths < shortest, second_moment(f, 0.0), moments)


def fourth_moment(
    f: Callable[[Any], Any], length: float = 1.0, breaks: Iterable[float] = ()
) -> Estimate:
    """Return E f(z)^4 for z ~ N(0, length).

    >>> from initlab import nd
    >>> round(fourth_moment(nd.relu), 12)
    1.5
    """
    return _moment(f, length, 4, breaks)


def moment_growth(f: Callable[[Any], Any], length: float = 1.0) -> Estimate:
    """Return the derivative of E f(z)^2 over the variance of z ~ N(0, length).

    It is E[z f(z) f'(z)] / length, which needs no second derivative.

    >>> from initlab import nd
    >>> round(moment_growth(nd.relu, 3.0), 12)  # E relu^2 = length / 2
    0.5
    """
    scale, slope = sqrt(arguments.length("length", length, least=TINY)), derivative(f)
    return expectation(lambda z: z * arguments.real(f, scale * z) * slope(scale * z)) / scale


def _moment(
    f: Callable[[Any], Any], length: float, power: int, breaks: Iterable[float]
) -> Estimate:
    scale = sqrt(arguments.length("length", length))
    ends = [place / scale for place in arguments.places(breaks)] if scale else ()
    return expectation(_power(activation(f), length, power), ends)


def _power(f: Callable[[Any], Any], length: float, power: int) -> Callable[[Any], Any]:
    scale, name = sqrt(length), getattr(f, "__name__", str(f))

    def powered(z: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = arguments.real(f, scale * z) ** power
        return found

    powered.__name__ = name if power == 1 else f"the {POWERS[power]} of {name}"
    return powered


def variance(f: Callable[[Any], Any], breaks: Iterable[float] = ()) -> Estimate:
    """Return Var f(z) for z ~ N(0, 1).

    >>> from initlab import nd
    >>> round(variance(nd.relu), 12)  # (1 - 1 / pi) / 2
    0.340845056908
    """
    ends = arguments.places(breaks)
    centre = mean(f, breaks=ends)
    about = second_moment(lambda z: arguments.real(f, z) - float(centre), breaks=ends)
    return about + Estimate(0.0, centre.error**2)


def slope_growth(f: Callable[[Any], Any], length: float = 1.0) -> Estimate:
    """Return by which power of the variance of z ~ N(0, length) E f'(z)^2 grows.

    It is (E[f'(z)^2 z^2] / (length E f'(z)^2) - 1) / 2, by the derivative of the normal density,
    and 0 where f' is 0.

    >>> from initlab import nd
    >>> round(slope_growth(lambda z: z**3), 12), round(slope_growth(nd.relu), 12) + 0
    (2.0, 0.0)
    """
    scale, slope = sqrt(arguments.length("length", length)), derivative(f)
    squared = expectation(lambda z: slope(scale * z) ** 2)
    if squared == 0.0:
        return Estimate(0.0, 0.0)
    return (expectation(lambda z: (z * slope(scale * z)) ** 2) / squared - 1) / 2


def derivative(f: Callable[[Any], Any]) -> Callable[[Any], NDArray[np.float64]]:
    """Return f' as a function of arrays, by autograd.

    Args:
        f: made of functions that autograd has rules for: np.tanh, nd.gelu, ...

    Raises:
        NoRuleError: when called, if f uses another NumPy function.
        BadTypeError: when called, if f turns the Tensor that it is given into a plain array; at
            once, if f is no function.
        BadValueError: when called, if f is made of steps, whose slope is infinite where they rise.

    >>> derivative(np.sin)([0.0])
    array([1.])
    """
    activation(f)

    def slope(z: Any) -> NDArray[np.float64]:
        x = Tensor(np.asarray(z, np.float64))
        x.attach_grad()
        with record():
            y = f(x)
        if not isinstance(y, Tensor):
            raise BadTypeError(
                f"{getattr(f, '__name__', f)} returned a {type(y).__name__} for a Tensor, so its "
                "derivative is not known. Write it with np and nd functions, or hand over the "
                "derivative itself."
            )
        if y.node is None:
            raise BadValueError(
                f"{getattr(f, '__name__', f)} has no slope: no gradient flows through it. A step's "
                "is infinite where it rises; a function that leaves the graph is to be written "
                "with np and nd functions, or its derivative handed over."
            )
        y.backward()
        return np.array(x.grad)

    slope.__name__ = f"the derivative of {getattr(f, '__name__', f)}"
    return slope
