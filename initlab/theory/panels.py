"""One panel of a quadrature: 24 Gauss-Legendre points, and what could be hidden between them.

The points give the integral, the Legendre coefficients of the function, and its values at the two
ends, where it is asked too. Where it is smooth the last coefficients are nothing and the ends are
met. A kink or a jump between the points makes the last coefficients large, one between the
outermost point and the end misses the end. Wherever in a panel it lies, the bound is at least twice
the error: no bound stands on two results that happen to agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING

import numpy as np
from numpy.polynomial import legendre

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]
    Integrand = Callable[[Array, Places], Array]

__all__ = ["EPSILON", "POINTS", "Panels", "measured"]

EPSILON = float(np.finfo(np.float64).eps)
NODES, WEIGHTS = legendre.leggauss(24)
PLACES = np.concatenate([[-1.0], NODES, [1.0]])
POINTS = PLACES.size
TAIL = 4  # coefficients that are nothing where a function is smooth
FLAT = 2.0**-50  # of half a panel: so far inside its end a function is asked
GAP = float(1 + NODES[0])  # between an end and the point next to it

_BASIS = legendre.legvander(NODES, NODES.size - 1)
_COEFFICIENTS = (WEIGHTS[:, None] * _BASIS) * (np.arange(NODES.size) + 0.5)
_LAST = _COEFFICIENTS[:, -TAIL:]
_ENDS = _COEFFICIENTS @ legendre.legvander([-1.0, 1.0], NODES.size - 1).T


@dataclass(frozen=True)
class Panels:
    """Intervals, the integrals of a function and of its absolute value over each, and bounds."""

    left: Array
    right: Array
    which: Places
    value: Array
    size: Array
    error: Array

    def chosen(self, mask: NDArray[np.bool_]) -> Panels:
        """Return some of them."""
        parts = (self.left, self.right, self.value, self.size, self.error)
        left, right, value, size, error = (part[mask] for part in parts)
        return Panels(left, right, self.which[mask], value, size, error)

    def halves(self) -> tuple[Array, Array, Places]:
        """Return the edges of twice as many."""
        middle = (self.left + self.right) / 2
        left, right = np.append(self.left, middle), np.append(middle, self.right)
        return left, right, np.tile(self.which, 2)

    @staticmethod
    def joined(many: Sequence[Panels]) -> Panels:
        """Return all of several."""
        names = ("left", "right", "which", "value", "size", "error")
        return Panels(*(np.concatenate([getattr(one, name) for one in many]) for name in names))


def measured(f: Integrand, left: Array, right: Array, which: Places, blur: float = 0.0) -> Panels:
    """Return the integrals of f(z, which) times the normal density over panels.

    Args:
        f: from points (p, 26) and their `which` (p,) to values (p, 26).
        left: of each panel.
        right: of each panel.
        which: handed to f.
        blur: how far from an edge the kink may lie that the edge stands for.
    """
    half, middle = (right - left) / 2, (left + right) / 2
    first = np.minimum(left + blur + _inside(left, half), middle)
    last = np.maximum(right - blur - _inside(right, half), middle)
    z = np.clip(middle[:, None] + half[:, None] * PLACES, first[:, None], last[:, None])
    g = f(z, which) * (np.exp(-(z**2) / 2) / sqrt(2 * pi))
    inner, largest = g[:, 1:-1], np.abs(g).max(axis=1)
    missed = np.abs(inner @ _ENDS - g[:, [0, -1]]).sum(axis=1)
    error = 2 * half * (np.abs(inner @ _LAST).sum(axis=1) + GAP * missed)
    narrow = right - left <= 8 * np.spacing(np.maximum(np.abs(left), np.abs(right)))
    error[narrow] = (4 * half * largest)[narrow]  # so narrow that its points are one
    value, size = half * (inner @ WEIGHTS), half * (np.abs(inner) @ WEIGHTS)
    return Panels(left, right, which, value, size, error)


def _inside(edge: Array, half: Array) -> Array:
    """Return how far inside a panel a function is asked for its value at the edge."""
    inside: Array = half * FLAT + 2 * np.spacing(np.abs(edge))
    return inside
