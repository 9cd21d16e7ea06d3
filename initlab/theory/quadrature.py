"""Gaussian expectations by quadrature that halves its panels until kinks no longer count.

Within a panel without a kink 16 Gauss-Legendre points are exact to rounding; a panel with one is
halved, and after a few dozen halvings it is too narrow to matter. So nobody declares kinks. One
that hides at a panel's edge is found on a grid whose edges lie elsewhere. What the last halving of
each panel changed is the bound on the error.
"""

from __future__ import annotations

from math import pi, sqrt
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.errors import BadValueError, ShapeError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Places = NDArray[np.intp]
    Integrand = Callable[[Array, Places], Array]

__all__ = ["EPSILON", "Estimate", "estimate", "expectation", "integrals", "knots"]

END = 12.0  # the normal density is 2e-32 there
LINE = np.arange(-END, END + 1)
SHARP = 1e-17  # of the whole, for one panel where kinks are looked for
ELSEWHERE = LINE[:-1] + (3 - sqrt(5)) / 2
NARROW = 1e-4  # only a kink, a jump or a pole nearby makes a panel so narrow
TOLERANCE = 1e-15  # of the whole, for one panel
GROWTH = 1e-10  # of the whole, in an outermost panel
HALVINGS = 60
NODES, WEIGHTS = np.polynomial.legendre.leggauss(16)
EPSILON, TINY = float(np.finfo(np.float64).eps), float(np.finfo(np.float64).tiny)


class Estimate(NamedTuple):
    """A number and a bound on its distance from the exact one."""

    value: float
    error: float


def expectation(f: Callable[[Any], Any]) -> float:
    """Return E f(z) for z ~ N(0, 1), to about 13 digits; `estimate` says how many.

    >>> round(expectation(np.abs), 12) == round(sqrt(2 / pi), 12)
    True
    """
    return estimate(f).value


def estimate(f: Callable[[Any], Any]) -> Estimate:
    """Return E f(z) for z ~ N(0, 1) with a bound on its error.

    Args:
        f: from a float64 array to an array or Tensor of its shape, element by element.

    Raises:
        BadValueError: where f is not finite, or grows too fast for an expectation to exist.
        ShapeError: when f does not work element by element.

    >>> found = estimate(np.abs)
    >>> abs(found.value - sqrt(2 / pi)) <= found.error < 1e-13
    True
    """

    def integrand(z: Array, _: Places) -> Array:
        return _checked(f, z)

    sizes = np.abs(_panels(integrand, LINE[:-1], LINE[1:], np.zeros(LINE.size - 1, np.intp)))
    size, ends = max(float(sizes.sum()), TINY), float(max(sizes[0], sizes[-1]))
    if ends > GROWTH * size:
        raise BadValueError(
            f"{_name(f)} grows too fast: its expectation over N(0, 1) does not exist, or lies "
            f"beyond |z| = {END:g}."
        )
    edges = np.union1d(LINE, knots(integrand, size))
    (value,), (error,) = integrals(integrand, edges[None], TOLERANCE * size)
    return Estimate(float(value), float(error) + ends + 16 * EPSILON * size)


def knots(f: Integrand, size: float) -> Array:
    """Return where f, whose absolute integral is of that size, has kinks or jumps."""
    found = _settled(f, ELSEWHERE[None], SHARP * size)
    width, middle = found.right - found.left, (found.left + found.right) / 2
    narrow = np.flatnonzero(width < NARROW)
    order = narrow[np.argsort(middle[narrow])]
    groups = np.split(order, np.flatnonzero(np.diff(middle[order]) > NARROW) + 1)
    return np.array([middle[group[np.argmin(width[group])]] for group in groups if group.size])


def integrals(f: Integrand, edges: Array, allowed: float) -> tuple[Array, Array]:
    """Return the integral of f(z, i) times the normal density for each i, and error bounds.

    Args:
        f: from panels of points (p, 16) and their i (p,) to values (p, 16).
        edges: of the panels to begin with, a sorted row for each i.
        allowed: the change at a halving that need not be halved again.
    """
    found, count = _settled(f, edges, allowed), len(edges)
    value = np.bincount(found.which, found.value, count)
    error = np.bincount(found.which, found.change, count)
    return value.astype(np.float64), error.astype(np.float64)


class _Panels(NamedTuple):
    """Panels that are halved enough, with their integrals and what the last halving changed."""

    left: Array
    right: Array
    which: Places
    value: Array
    change: Array


def _settled(f: Integrand, edges: Array, allowed: float) -> _Panels:
    left, right = edges[:, :-1].ravel(), edges[:, 1:].ravel()
    which = np.repeat(np.arange(len(edges)), edges.shape[1] - 1)
    value, done = _panels(f, left, right, which), []
    for last in range(HALVINGS, -1, -1):
        middle = (left + right) / 2
        first, second = _panels(f, left, middle, which), _panels(f, middle, right, which)
        change = np.abs(first + second - value)
        rough = (change > allowed) & (last > 0)
        fine = ~rough
        done.append((left[fine], right[fine], which[fine], (first + second)[fine], change[fine]))
        if not rough.any():
            break
        left, right = np.append(left[rough], middle[rough]), np.append(middle[rough], right[rough])
        value, which = np.append(first[rough], second[rough]), np.tile(which[rough], 2)
    return _Panels(*(np.concatenate(parts) for parts in zip(*done, strict=True)))


def _panels(f: Integrand, left: Array, right: Array, which: Places) -> Array:
    """Return the integral of f times the normal density over each panel."""
    half = (right - left) / 2
    z = ((left + right) / 2)[:, None] + half[:, None] * NODES
    density = np.exp(-(z**2) / 2) / sqrt(2 * pi)
    found: Array = half * ((f(z, which) * density) @ WEIGHTS)
    return found


def _checked(f: Callable[[Any], Any], z: Array) -> Array:
    """Return f(z), which must be finite and of z's shape."""
    values = np.asarray(f(z), np.float64)
    if values.shape != z.shape:
        raise ShapeError(
            f"{_name(f)} returned shape {values.shape} for {z.shape}; an activation works element "
            "by element."
        )
    if not np.isfinite(values).all():
        at = float(z[~np.isfinite(values)][0])
        raise BadValueError(f"{_name(f)} is not finite at {at:.6g}.")
    return values


def _name(f: Callable[[Any], Any]) -> str:
    return getattr(f, "__name__", None) or str(f)
