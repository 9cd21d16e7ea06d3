"""Gaussian expectations by quadrature that halves its panels until kinks no longer count.

Nobody declares kinks: a panel with one is halved until it is too narrow to matter. What cannot be
had to six digits within a limit on work, a pole above all, is refused.
"""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError, QuadratureError, ShapeError
from initlab.theory.arguments import places, real
from initlab.theory.bounded import Estimate
from initlab.theory.panels import EPSILON, POINTS, Panels, measured

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from initlab.theory.panels import Array, Integrand, Places

__all__ = [
    "REFUSED",
    "TINY",
    "activation",
    "expectation",
    "integrals",
    "knots",
]

END = 12.0  # the normal density is 2e-32 there
LINE = np.concatenate([np.arange(-END, -8), np.arange(-8, 8, 0.25), np.arange(8, END + 1)])
SHARP, SHARPEST = 1e-17, 1e-22  # of the whole, for one panel where kinks are looked for
COARSE = np.arange(-END, END + 1)
ELSEWHERE = COARSE[:-1] + (3 - sqrt(5)) / 2
NARROW = 1e-4  # only a kink, a jump or a pole nearby makes a panel so narrow
TOLERANCE = 1e-15  # of the whole, for one panel
NOISE = 32 * EPSILON  # of a panel, which no halving takes away
GROWTH = 1e-10  # of the whole, in an outermost panel
REFUSED = 1e-6  # of the whole: a bound that is no use
HALVINGS = 600
EVALUATIONS = 2**21
TINY = float(np.finfo(np.float64).tiny)


def expectation(f: Callable[[Any], Any], breaks: Iterable[float] = ()) -> Estimate:
    """Return E f(z) for z ~ N(0, 1) with a bound on its error.

    The bound holds for what is smooth between kinks, jumps and poles, wherever they lie. What
    happens only between the points that f is asked at, up to 0.016 apart at first, 0.064 beyond
    |z| = 8, nobody sees, and no bound counts: a spike so narrow is found if `breaks` has its sides.
    Beyond |z| = 12, which one z of 1e33 reaches, f is taken to grow no faster than before.

    Args:
        f: from a float64 array to an array or Tensor of its shape, element by element.
        breaks: where f has kinks, jumps or poles, if their number or a pole makes it hard to
            find them. f is not asked at these very points.

    Raises:
        QuadratureError: where the bound stays above 1e-6 E |f| after 2 million points: f has a
            pole, too many jumps or noise.
        BadValueError: where f is not finite, or grows too fast for an expectation to exist.
        BadTypeError: when f is no function.
        ShapeError: when f does not work element by element.

    >>> found = expectation(np.abs)
    >>> abs(found - sqrt(2 / np.pi)) <= found.error < 1e-13
    True
    """
    f = activation(f)

    def integrand(z: Array, _: Places) -> Array:
        return _checked(f, z)

    edges = np.union1d(LINE, _inner(breaks))
    found = _settled(integrand, edges[None], TOLERANCE, 0.0)
    size = max(float(found.size.sum()), TINY)
    ends = float(found.size[(found.left < 1 - END) | (found.right > END - 1)].sum())
    if ends > GROWTH * size:
        raise BadValueError(
            f"{_name(f)} grows too fast: its expectation over N(0, 1) does not exist, or lies "
            f"beyond |z| = {END:g}."
        )
    error = float(found.error.sum()) + ends + 16 * EPSILON * size
    if not error <= REFUSED * size:
        raise _refusal(f, found, error / size)
    return Estimate(float(found.value.sum()), error)


def knots(f: Integrand, size: float) -> Array:
    """Return where f, whose absolute integral is of that size, has kinks or jumps."""
    found = _settled(f, ELSEWHERE[None], 0.0, SHARP * size)
    narrow = np.stack([found.left, found.right], axis=1)[found.right - found.left < NARROW]
    if not narrow.size:
        return np.empty(0)
    found = _settled(f, narrow, 0.0, SHARPEST * size)
    width, middle = found.right - found.left, (found.left + found.right) / 2
    order = np.argsort(middle)
    groups = np.split(order, np.flatnonzero(np.diff(middle[order]) > NARROW) + 1)
    return np.array([middle[group[np.argmin(width[group])]] for group in groups])


def integrals(
    f: Integrand, edges: Array, allowed: float, blur: float = 0.0, limit: int = EVALUATIONS
) -> tuple[Array, Array]:
    """Return the integral of f(z, i) times the normal density for each i, and error bounds.

    Args:
        f: from panels of points (p, 26) and their i (p,) to values (p, 26).
        edges: of the panels to begin with, a sorted row for each i.
        allowed: the error of a panel that need not be halved.
        blur: how far from an edge the kink may lie that the edge stands for.
        limit: on the points that f is asked at, or 16 times those of `edges`.
    """
    found, count = _settled(f, edges, 0.0, allowed, blur, limit), len(edges)
    value = np.bincount(found.which, found.value, count)
    error = np.bincount(found.which, found.error, count)
    return value.astype(np.float64), error.astype(np.float64)


def activation(f: Any) -> Callable[[Any], Any]:
    """Return f, which must be a function of arrays.

    Raises:
        BadTypeError: when it isn't.
    """
    if not callable(f):
        raise BadTypeError(
            f"An activation is a function of arrays, such as np.tanh or initlab.nd.relu; got {f!r}."
        )
    given: Callable[[Any], Any] = f
    return given


def _settled(
    f: Integrand,
    edges: Array,
    share: float,
    allowed: float,
    blur: float = 0.0,
    limit: int = EVALUATIONS,
) -> Panels:
    """Return panels halved until each error is within a share of the whole or what is allowed."""
    which = np.repeat(np.arange(len(edges)), edges.shape[1] - 1)
    left, right, points = edges[:, :-1].ravel(), edges[:, 1:].ravel(), 0
    done: list[Panels] = []
    limit = max(limit, 16 * POINTS * left.size)
    for _ in range(HALVINGS):
        with np.errstate(all="ignore"):
            found = measured(f, left, right, which, blur)
        points += found.value.size * POINTS
        whole = share * sum(float(part.size.sum()) for part in (*done, found))
        middle = (left + right) / 2
        rough = (found.error > max(whole, allowed)) & (found.error > NOISE * found.size)
        rough &= (left < middle) & (middle < right)
        if not rough.any() or points + 2 * POINTS * int(rough.sum()) > limit:
            break
        done.append(found.chosen(~rough))
        left, right, which = found.chosen(rough).halves()
    return Panels.joined([*done, found])


def _inner(breaks: Iterable[float]) -> Array:
    found = np.asarray(places(breaks), np.float64)
    return found[np.abs(found) < END]


def _refusal(f: Callable[[Any], Any], found: Panels, relative: float) -> QuadratureError:
    worst = int(found.error.argmax())
    at = (found.left[worst] + found.right[worst]) / 2
    return QuadratureError(
        f"{_name(f)} has no expectation over N(0, 1) to six digits: its error may be "
        f"{min(relative, 1):.1g} of its size, most of that near z = {at:.6g}. At a pole there may "
        "be none. If there is, or the trouble is many kinks or jumps, say where they are: "
        "breaks=[...]. Random values, and float32's, have no more digits to give."
    )


def _checked(f: Callable[[Any], Any], z: Array) -> Array:
    """Return f(z), which must be finite and of z's shape."""
    values = real(f, z)
    if values.shape != z.shape:
        raise ShapeError(
            f"{_name(f)} returned shape {values.shape} for {z.shape}; an activation works element "
            "by element."
        )
    if not np.isfinite(values).all():
        at = float(z[~np.isfinite(values)][0])
        raise BadValueError(
            f"{_name(f)} is not finite at {at:.6g}. Where that is a pole with an integral, "
            "breaks=[...] keeps it from being asked."
        )
    return values


def _name(f: Callable[[Any], Any]) -> str:
    return getattr(f, "__name__", None) or str(f)
