"""The product of Householder reflections, made in the place of their vectors.

I - V T V' is the product of reflections at the columns of V. It is orthogonal if T^-1 + T^-T is
V' V, so T inverts an upper triangle: that of V' V with half of its diagonal (Puglisi, 1992;
Joffrain et al., 2006). Blocks of columns are applied from the last to the first, each to all that
stand to its right, and at last to its own columns of the identity, which take the place of V.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    Each = Callable[[Callable[[int], None], Iterable[int]], Iterable[None]]

__all__ = ["LARGE", "reflect", "triangle"]

LARGE = 2**19  # numbers, from which on it beats LAPACK's own
WIDTH = 256  # of a block: many columns for BLAS, few in the cache
GRAM = 512  # rows of a sum: in single precision long ones lose digits
PIECE = 2**17  # numbers that are made before they go where they belong


def reflect(q: NDArray[Any], each: Each = map) -> None:
    """Turn a Gaussian matrix into one with orthonormal columns, in place.

    Column k from its diagonal on is the Gaussian vector that the k-th reflection takes to an axis.
    How the work is cut depends on the shape alone, so the bits do not depend on `each`.

    Args:
        q: float32 or float64, not wider than high, its rows or its columns contiguous.
        each: calls a function with each number, as `map` does; by several threads if it likes.
    """
    signs = np.copysign(np.ones(q.shape[1], q.dtype), np.diagonal(q))
    blocks = [slice(start, start + WIDTH) for start in range(0, q.shape[1], WIDTH)]
    triangles: dict[int, NDArray[Any]] = {}

    def step(k: int, number: int) -> None:
        """Apply block k to a later one; or, where it is its own turn, make ready the one before."""
        if number == k:
            if k:
                triangles[k - 1] = triangle(q[blocks[k - 1].start :, blocks[k - 1]])
            return
        if number == k + 1:  # whose vectors were last needed in the step before
            _settle(q, blocks[number], triangles.pop(number))
        _apply(q, blocks[k], triangles[k], blocks[number])

    last = len(blocks) - 1
    triangles[last] = triangle(q[blocks[last].start :, blocks[last]])
    for k in range(last, -1, -1):
        list(each(partial(step, k), range(k, last + 1)))
    _settle(q, blocks[0], triangles[0])
    q *= signs


def triangle(v: NDArray[Any]) -> NDArray[Any]:
    """Turn Gaussian vectors x, column by column, into reflections', and return their T.

    Column k begins at row k, with v = x + sign(x_1) |x| e_1.
    """
    from scipy.linalg.lapack import dtrtri, strtri  # not at the top: `plan` draws nothing

    square = v[: v.shape[1]]
    square[...] = np.tril(square)
    diagonal = np.einsum("ii->i", square)
    diagonal += np.copysign(np.sqrt(np.einsum("ij,ij->j", v, v)), diagonal)
    gram = np.triu(sum(rows.T @ rows for rows in np.split(v, range(GRAM, len(v), GRAM))))
    np.einsum("ii->i", gram)[...] /= 2
    inverse: NDArray[Any] = (strtri if v.dtype == np.float32 else dtrtri)(gram)[0]
    return inverse


def _apply(q: NDArray[Any], block: slice, triangle: NDArray[Any], to: slice) -> None:
    """Reflect the columns `to`, which are still those of the identity down to the block's end."""
    v, c = q[block.start :, block], q[block.start :, to]
    below = v.shape[1]
    c[:below] = 0
    w = triangle @ (v[below:].T @ c[below:])
    for rows in _pieces(c):
        c[rows] -= np.matmul(v[rows], w, out=np.empty_like(c[rows]))


def _settle(q: NDArray[Any], block: slice, triangle: NDArray[Any]) -> None:
    """Put the block's own columns of the identity, reflected, in the place of its vectors."""
    v = q[block.start :, block]
    square = v[: v.shape[1]]
    w = -triangle @ square.T
    for rows in _pieces(v):
        v[rows] = np.matmul(v[rows], w, out=np.empty_like(v[rows]))
    np.einsum("ii->i", square)[...] += 1
    q[: block.start, block] = 0


def _pieces(matrix: NDArray[Any]) -> Iterable[slice]:
    height = max(1, PIECE // matrix.shape[1])
    return (slice(top, top + height) for top in range(0, len(matrix), height))
