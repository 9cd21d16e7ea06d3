"""The largest singular value of matrices, beside which little is made."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import PIECE, in_double, pieces
from initlab.init.structured.units import some_units
from initlab.nd import single

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["largest_singular"]

SMALL = 128  # side of a square that is made and decomposed as a whole
STEPS = 10_000  # a Gaussian matrix of side 2,000 takes 80, and 110 in double precision
TURN = 10  # steps after which to look how close it is


def largest_singular(
    matrices: NDArray[Any],
) -> Iterator[tuple[NDArray[Any], NDArray[np.float64]]]:
    """Yield some matrices at a time, and the largest singular value of each.

    It is right to some ten eps of their precision. Its square is the largest eigenvalue of W'W, or
    of WW' where this is smaller: of the whole product, or for large ones by Lanczos' (1950)
    iteration, which multiplies vectors by it. That of float16 is found as float32's.

    Args:
        matrices: copies x rows x columns, these along any number of axes.

    >>> [found for _, found in largest_singular(np.array([[[3.0, 0.0, 0.0], [0.0, -4.0, 0.0]]]))]
    [array([4.])]
    """
    copies, rows, *columns = matrices.shape
    high, axes = matrices, 2
    if rows < prod(columns):
        high, axes = np.moveaxis(matrices, 1, -1), 1 + len(columns)
    for some in pieces((copies,), max(1, PIECE // matrices[0].size)):
        with single():
            squares = _largest_square(high[some], axes)
        yield matrices[some], np.sqrt(squares)


def _largest_square(high: NDArray[Any], axes: int) -> NDArray[np.float64]:
    """Return the largest eigenvalue of W'W, of one large matrix or of several small ones."""
    side = prod(high.shape[axes:])
    if side > SMALL:
        return np.array([_by_lanczos(high, axes, side)])
    squares = sum(np.conj(np.swapaxes(w, 1, 2)) @ w for w in _parts(high, axes, side))
    values: NDArray[np.float64] = np.linalg.eigvalsh(squares)[:, -1]
    return values


def _by_lanczos(high: NDArray[Any], axes: int, side: int) -> float:
    """Return it by the three-term recurrence, whose largest value rounding leaves right (Paige).

    Its error is at most what the recurrence has yet to follow of the vector that it found.
    """
    from scipy.linalg import eigh_tridiagonal  # not at the top: `plan` draws nothing

    close = 10 * min(np.finfo(high.dtype).eps, np.finfo(np.float32).eps)
    x = np.random.default_rng(0).standard_normal(side)  # always the same start
    x, before, beside = x / np.linalg.norm(x), 0 * x, 0.0
    diagonal: list[float] = []
    sides: list[float] = []
    for step in range(1, STEPS + 1):
        y = _times(high, axes, side, x) - beside * before
        diagonal.append(float(np.vdot(x, y).real))
        y -= diagonal[-1] * x
        beside = float(np.linalg.norm(y))
        if step % TURN == 0 or beside <= close * max(diagonal):
            last = (step - 1, step - 1)
            value, vector = eigh_tridiagonal(diagonal, sides, select="i", select_range=last)
            if beside * abs(vector[-1, 0]) <= close * value[0]:
                return float(value[0])
        sides.append(beside)
        x, before = y / beside, x
    return float(np.linalg.norm(in_double(high).reshape(-1, side), 2) ** 2)


def _times(high: NDArray[Any], axes: int, side: int, x: NDArray[Any]) -> NDArray[Any]:
    """Return W'W x."""
    parts = (w[0] for w in _parts(high, axes, side))
    product: NDArray[Any] = sum(np.conj(np.conj(w @ x) @ w) for w in parts)
    return product


def _parts(high: NDArray[Any], axes: int, side: int) -> Iterator[NDArray[Any]]:
    """Yield some rows at a time, in double precision: copies x rows x side."""
    for rows in some_units(high, axes):
        yield in_double(rows).reshape(len(high), -1, side)
