"""The edge of chaos: where gradients neither vanish nor explode, and lengths stay.

At a fixed point q the line is sigma_w^2 = 1 / E f'(sqrt(q) z)^2, sigma_b^2 = q - sigma_w^2
E f(sqrt(q) z)^2 (Poole et al., 2016): one point for each q. Deep layers stay at a point if the
slope of the length map there is at most 1.
"""

from __future__ import annotations

from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.errors import BadValueError
from initlab.theory.arguments import length, number
from initlab.theory.bounded import Estimate, through
from initlab.theory.meanfield import MARGINAL, SHORT
from initlab.theory.moments import derivative, moment_growth, second_moment
from initlab.theory.roots import bracket, root

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["CriticalPoint", "critical", "critical_line"]

LENGTHS = np.geomspace(1e-6, 1e6, 49).tolist()


class CriticalPoint(NamedTuple):
    """A point of the (sigma_w^2, sigma_b^2) plane with chi_1 = 1, and its fixed length.

    Each with the bound on its error.
    """

    weight_variance: Estimate
    bias_variance: Estimate
    length: Estimate

    def level(self, chi: float) -> tuple[Estimate, Estimate]:
        """Return the (sigma_w^2, sigma_b^2) of the same fixed length with another chi_1."""
        taken = self.length - self.bias_variance  # by sigma_w^2 E f^2
        return self.weight_variance * float(chi), self.length - taken * float(chi)


class _Line:
    """The critical line of an activation, by the length q that stays."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f, self.slope = f, derivative(f)
        self.weight = cache(self._weight)

    def _weight(self, q: float) -> Estimate:
        passed = second_moment(self.slope, q)
        return 1 / passed if passed > 0 else Estimate(inf, inf)

    def bias(self, q: float) -> Estimate:
        """Return sigma_b^2, or 0 where only rounding makes it anything else."""
        bias = q - self.weight(q) * second_moment(self.f, q)
        if abs(float(bias)) < MARGINAL * q:
            return Estimate(0.0, abs(float(bias)) + bias.error)
        return bias

    def instability(self, q: float) -> Estimate:
        """Return the slope of the length map at the point, less 1."""
        return self.weight(q) * moment_growth(self.f, q) - 1

    def is_stable(self, q: float) -> bool:
        return self.instability(q) <= MARGINAL

    def point(self, q: Estimate) -> CriticalPoint:
        weight, bias = (
            through(lambda q, g=g: g(max(q, SHORT)), q) for g in (self.weight, self.bias)
        )
        return CriticalPoint(weight, bias, q)

    def crossing(
        self, falling: Callable[[float], Estimate], low: float, high: float
    ) -> CriticalPoint:
        """Return the point between two lengths at which something falls below 0."""
        q = root(falling, low, high)
        return self.point(Estimate(q, lambda: bracket(lambda q: falling(max(q, SHORT)), q)))


def critical(f: Callable[[Any], Any], bias_variance: float | None = None) -> CriticalPoint:
    """Return where a deep net of this activation is at the edge of chaos, its length stable.

    ReLU: (2, 0), He's initialization, at any length. tanh: (1, 0) at length 0, or (1.760955, 0.05)
    at 0.570048. GELU: no stable one below bias_variance 0.1729 (Roberts & Yaida, 2022), and there
    only half stable: a signal of another length may end at a neighbour, chi_1 within 0.01 of 1.

    Args:
        f: the activation, made of functions that autograd has rules for.
        bias_variance: Var b; None for the smallest that a critical point exists for.

    Raises:
        BadValueError: when there is no such point; the message says where there is one.

    >>> round(critical(np.tanh, 0.05).weight_variance, 6)
    1.760955
    """
    line, name = _Line(f), getattr(f, "__name__", str(f))
    if bias_variance is not None and not number("bias_variance", bias_variance) < inf:
        raise BadValueError(f"bias_variance is a finite number, got {bias_variance}.")
    least = _least(line)
    if least is None:
        raise BadValueError(
            f"{name} has no edge of chaos: at every length, the weights that keep gradients make "
            "the length grow. Normalize, or choose another activation."
        )
    if bias_variance is None:
        return least
    bias_variance = Estimate.of(bias_variance)
    if not (bias_variance - least.bias_variance).sign():
        return least._replace(bias_variance=bias_variance)
    below = max(float(least.length), SHORT)
    for q in LENGTHS:
        if q > below and line.bias(q) >= bias_variance > least.bias_variance:
            point = line.crossing(lambda q: bias_variance - line.bias(q), below, q)
            return point._replace(bias_variance=bias_variance)
        below = max(below, q)
    raise BadValueError(
        f"{name} has no edge of chaos with bias variance {bias_variance:g}: the smallest that has "
        f"one is {least.bias_variance:.6g}, with weight_variance {least.weight_variance:.6g}."
    )


def _least(line: _Line) -> CriticalPoint | None:
    """Return the stable critical point of the shortest length."""
    first = next((q for q in LENGTHS if line.bias(q) >= 0 and line.is_stable(q)), None)
    if first is None:
        return None
    if first == LENGTHS[0]:
        return _as_limit(line)
    before = LENGTHS[LENGTHS.index(first) - 1]
    if line.bias(before) >= 0:
        return line.crossing(line.instability, before, first)
    return line.crossing(lambda q: -line.bias(q), before, first)


def _as_limit(line: _Line) -> CriticalPoint:
    """Return the point at length 0, or at length 1 where all lengths are alike, as for ReLU."""
    short, unit = line.point(Estimate(0.0, 100 * SHORT)), line.point(Estimate.of(1.0))
    alike = abs(unit.weight_variance / short.weight_variance - 1) < MARGINAL
    alike = alike and unit.bias_variance == 0.0
    return unit if alike else short


def critical_line(f: Callable[[Any], Any], lengths: Iterable[float]) -> list[CriticalPoint]:
    """Return the points with chi_1 = 1 whose fixed point is each length, stable or not.

    A negative bias variance says that no net has that length and chi_1.

    >>> [point] = critical_line(np.tanh, [0.570048])
    >>> round(point.weight_variance, 5), round(point.bias_variance, 5)
    (1.76095, 0.05)
    """
    line = _Line(f)
    return [line.point(Estimate.of(length("each of lengths", q))) for q in lengths]
