"""Numbers known within bounds, which what is worked out from them carries on."""

from __future__ import annotations

import operator
from functools import partial
from itertools import product
from math import inf, isfinite, isnan, nextafter
from typing import TYPE_CHECKING, Any, Self, cast

from initlab.errors import BadValueError
from initlab.theory.panels import EPSILON

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Estimate", "through"]

ROUNDING = 4 * EPSILON  # of a number that a few operations make


class Estimate(float):
    """A number and a bound on its distance from the exact one.

    Sums, differences, products and quotients are estimates too; all else takes it as the float that
    it is and leaves the bound behind, NumPy's numbers on the left of an operator too. A bound may
    be worked out when it is first asked for.

    Args:
        value: the number.
        error: the bound, or what returns it; inf where there is none.

    >>> third = Estimate(1.0, 1e-6) / 3
    >>> third, round(third.error, 12)
    (0.3333333333333333, 3.33333e-07)
    """

    __slots__ = ("_error",)
    _error: float | Callable[[], float]

    def __new__(cls, value: float, error: float | Callable[[], float]) -> Self:
        """Return the float that carries a bound."""
        made = super().__new__(cls, value)
        made._error = error
        return made

    @classmethod
    def of(cls, number: float) -> Self:
        """Return a number with its own bound, or as one that is exact."""
        return number if isinstance(number, cls) else cls(number, 0.0)

    @property
    def error(self) -> float:
        """The bound; inf where none can be worked out."""
        if callable(self._error):
            try:
                found = self._error()
            except BadValueError:
                found = inf
            self._error = inf if isnan(found) else found
        return self._error

    def sign(self) -> int:
        """Return the exact number's sign, 0 where the bound leaves it open."""
        if not abs(float(self)) > self.error:
            return 0
        return 1 if self > 0 else -1

    def __reduce__(self) -> tuple[type[Self], tuple[float, float]]:
        return type(self), (float(self), self.error)

    def __abs__(self) -> Estimate:
        return through(operator.abs, self)

    def __neg__(self) -> Estimate:
        return through(operator.neg, self)

    def __add__(self, other: float) -> Estimate:
        return _joined(operator.add, self, other)

    def __sub__(self, other: float) -> Estimate:
        return _joined(operator.sub, self, other)

    def __mul__(self, other: float) -> Estimate:
        return _joined(operator.mul, self, other)

    def __truediv__(self, other: float) -> Estimate:
        return _joined(operator.truediv, self, other, pole=0.0)

    def __radd__(self, other: float) -> Estimate:
        return _joined(operator.add, other, self)

    def __rsub__(self, other: float) -> Estimate:
        return _joined(operator.sub, other, self)

    def __rmul__(self, other: float) -> Estimate:
        return _joined(operator.mul, other, self)

    def __rtruediv__(self, other: float) -> Estimate:
        return _joined(operator.truediv, other, self, pole=0.0)


def through(g: Callable[..., float], *arguments: float, pole: float | None = None) -> Estimate:
    """Return g of numbers known within bounds, with the bound that follows, worked out when asked.

    It is g's farthest value at a corner of the box that the exact arguments lie in, g's own bound
    included: so g is to be monotonic in each of them there.

    Args:
        g: of floats.
        arguments: estimates, or numbers that are exact.
        pole: where g leaps, in its last argument: with it in the box there is no bound.

    >>> root = through(lambda x: x**0.5, Estimate(4.0, 0.1))
    >>> root, round(root.error, 4)
    (2.0, 0.0252)
    """
    value = g(*map(float, arguments))
    return Estimate(value, partial(_spread, g, arguments, value, pole))


def _joined(operation: Callable[..., float], *sides: float, pole: float | None = None) -> Estimate:
    if not all(isinstance(side, (int, float)) for side in sides):
        return cast("Estimate", NotImplemented)
    return through(operation, *sides, pole=pole)


def _spread(
    g: Callable[..., Any], arguments: Sequence[float], value: float, pole: float | None
) -> float:
    boxes = [_ends(argument) for argument in arguments]
    if pole is not None and boxes[-1][0] <= pole <= boxes[-1][-1]:
        return inf
    return max(_off(found, value) for found in (value, *(g(*corner) for corner in product(*boxes))))


def _ends(argument: float) -> tuple[float, ...]:
    value, error = float(argument), Estimate.of(argument).error
    if error == 0:
        return (value,)
    return nextafter(value - error, -inf), nextafter(value + error, inf)


def _off(found: float, value: float) -> float:
    """Return how far from a value the exact one may be that another is found for."""
    distance = abs(float(found) - float(value))
    error = distance + Estimate.of(found).error + ROUNDING * (abs(float(value)) + distance)
    return error if isfinite(error) else inf
