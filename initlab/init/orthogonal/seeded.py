"""Haar matrices of float16, made in single precision in their own memory.

The vectors of reflections are kept as a seed, and drawn anew for each product. So all memory is
free whose columns are not yet made. It holds half as many in single precision: those of the last
half are multiplied there, rounded and put where they belong; then the last half of the others.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    Each = Callable[[Callable[[int], None], Iterable[int]], Iterable[None]]

__all__ = ["write_rounded"]

WIDTH = 128  # of a block: many columns for BLAS, of few numbers between them
TOGETHER = 256  # columns that are reflected at once, each time at vectors that are drawn anew
PIECE = 2**14  # numbers of them that are worked on at once


def write_rounded(
    q: NDArray[np.float16], rng: np.random.Generator, scale: float = 1.0, each: Each = map
) -> None:
    """Fill a float16 matrix with Haar's orthonormal columns times a scale, rounded at the end.

    How the work is cut depends on the shape alone, so the bits do not depend on `each`.

    Args:
        q: not wider than high, its rows or its columns contiguous.
        rng: draws the seed of the vectors, and signs.
        scale: the columns' length.
        each: calls a function with each number, as `map` does; by several threads if it likes.
    """
    width = q.shape[1]
    signs, seed = rng.choice((-1.0, 1.0), width), int.from_bytes(rng.bytes(32), "little")
    height = max(WIDTH, PIECE // min(width, TOGETHER))
    starts = range(0, width, WIDTH)
    blocks = [_Block(start, min(start + WIDTH, width), height, seed) for start in starts]
    while blocks:
        left = len(blocks) - max(1, len(blocks) // 2)
        columns = slice(blocks[left].start, blocks[-1].stop)
        c: NDArray[Any] = _single(q, columns) if left else q[:, columns]
        c[...] = 0
        np.einsum("ii->i", c[columns])[...] = signs[columns]
        turns = range(0, c.shape[1], TOGETHER)
        list(each(partial(_reflect, c, columns.start, blocks, scale), turns))
        if left:
            _put(c, q[:, columns])
        del blocks[left:]


def _reflect(c: NDArray[Any], start: int, blocks: list[_Block], scale: float, turn: int) -> None:
    """Apply to some columns of the identity all blocks that change them, the last one first."""
    some = c[:, turn : turn + TOGETHER]
    for block in reversed(blocks[: (start + turn + TOGETHER) // WIDTH]):
        block.reflect(some, 1.0 if block.start else scale)


def _single(q: NDArray[np.float16], columns: slice) -> NDArray[np.float32]:
    """Return the memory ahead of columns as as many in single precision."""
    count = columns.stop - columns.start
    if q.flags.c_contiguous:
        return q[:, : 2 * count].view(np.float32)
    return q.T[: 2 * count].reshape(-1).view(np.float32).reshape(count, -1).T


def _put(made: NDArray[np.float32], q: NDArray[np.float16]) -> None:
    """Round numbers into their place, the last first: none lies before what is still to be read."""
    if made.T.flags.c_contiguous:
        made, q = made.T.reshape(-1), q.T.reshape(-1)
    step = max(1, PIECE // made[0].size)
    for start in reversed(range(0, len(made), step)):
        q[start : start + step] = made[start : start + step].copy()


class _Block(NamedTuple):
    """Some of the reflections whose product is a Haar matrix, but for signs (Stewart, 1980).

    Args:
        start: the first: the axis that its vector begins at.
        stop: behind the last.
        height: how many rows of their vectors are drawn at once.
        seed: of all blocks' vectors.
    """

    start: int
    stop: int
    height: int
    seed: int

    def reflect(self, c: NDArray[Any], scale: float) -> None:
        """Multiply columns by I - V T V' and a scale.

        With Gaussian x, as columns of X, and D the lengths that V = X + D has more on its diagonal,
        V'V with half of its diagonal is X'X + X'D there and above, and T inverts this.
        """
        from scipy.linalg import solve_triangular  # not at the top: `plan` draws nothing

        width = self.stop - self.start
        gram, seen = np.zeros((width, width), np.float32), np.zeros((width, c.shape[1]), np.float32)
        for rows, x in self._vectors(len(c)):
            gram += x.T @ x
            seen += x.T @ c[rows]
        square = next(self._vectors(len(c)))[1][:width]
        lengths = np.copysign(np.sqrt(np.diagonal(gram)), np.diagonal(square))
        gram += square.T * lengths
        seen += lengths[:, None] * c[self.start : self.stop]
        w = solve_triangular(gram, seen, overwrite_b=True, check_finite=False)
        for rows, v in self._vectors(len(c)):
            if rows.start == self.start:
                np.einsum("ii->i", v[:width])[...] += lengths
            np.multiply(c[rows] - v @ w, scale, out=c[rows], casting="same_kind")

    def _vectors(self, n: int) -> Iterator[tuple[slice, NDArray[np.float32]]]:
        """Draw Gaussian vectors, each from its own axis on, some rows at a time."""
        from initlab.nd.random import stream  # not at the top, either

        rng = stream(self.seed, f"{self.start}")
        for top in range(self.start, n, self.height):
            rows = slice(top, min(top + self.height, n))
            x = rng.standard_normal((rows.stop - top, self.stop - self.start), np.float32)
            yield rows, np.tril(x) if top == self.start else x
