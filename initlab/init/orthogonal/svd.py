"""Gluon's orthogonal matrices: singular vectors of a random matrix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import combinations
from math import prod
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import choice, positive
from initlab.init.fans import Fans
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import in_double, pieces, real_array
from initlab.init.promises import Orthonormal
from initlab.init.spec import ParameterSpec
from initlab.nd import single
from initlab.nd.random import fill, normal_into, uniform_into

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

__all__ = ["Orthogonal", "SourceType"]

ROWS = 150  # of a group, at most: of two the Gram matrix and its eigenvectors are less than a block
HALF_ROWS = 90  # in half precision, where a block is half as large
CLOSE = 1e-6  # a cosine, of which a turn leaves its square over the gaps between values
SWEEPS = 20  # at most; five or six are usual
PIECE = 2**14  # numbers that are multiplied at once, in double precision


class SourceType(StrEnum):
    """The law of the matrix that is decomposed, as Gluon names it."""

    uniform = "uniform"
    normal = "normal"


@dataclass(frozen=True, repr=False)
class Orthogonal(Initializer):
    """Singular vectors of a (outputs, everything else) random matrix, times `scale`.

    Gluon's, with Gluon's arguments. They are orthonormal along the short side, but not uniform
    over all such matrices; `HaarOrthogonal` is.

    Args:
        scale: the length of the orthogonal vectors.
        rand_type: uniform for U[-1, 1), normal for N(0, 1).

    >>> from initlab.init import ParameterSpec
    >>> w = Orthogonal(2.0)(ParameterSpec((2, 3), "float64"), np.random.default_rng(0))
    >>> bool(np.allclose(w @ w.T, 4 * np.eye(2)))
    True
    """

    scale: float = 1.414
    rand_type: SourceType = SourceType.uniform
    layout: ClassVar[Fans] = Fans.torch  # MXNet's is the same

    def __post_init__(self) -> None:
        positive("orthogonal", scale=self.scale)
        kind = choice("orthogonal", "rand_type", self.rand_type, SourceType)
        object.__setattr__(self, "rand_type", kind)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw in single precision, as Gluon does, and decompose in the array's own memory.

        Sums are in double precision. In float16 each turn is rounded: the vectors are orthonormal
        to rounding, and those of a matrix near the one that was drawn.
        """
        shape = self._matrix(spec)
        with real_array(out.reshape(shape)) as w, single():  # products of the same bits, always
            self._draw(rng, w)
            while not _decompose(w if shape[0] < shape[1] else w.T):
                self._draw(rng, w)  # for a singular matrix, as [[0.0]]
            np.multiply(w, self.scale, out=w)

    def _draw(self, rng: np.random.Generator, w: NDArray[Any]) -> None:
        """Fill `w` with numbers of single precision, for double in the first half of its memory."""
        uniform = self.rand_type == SourceType.uniform
        flat = w.reshape(-1)
        drawn = flat.view(np.float32)[: w.size] if w.dtype == np.float64 else flat
        fill(rng, drawn, partial(uniform_into, low=-1.0) if uniform else normal_into)
        if w.dtype == np.float64:
            for piece in reversed(list(pieces(flat.shape))):
                flat[piece] = in_double(drawn[piece])

    def law(self, spec: ParameterSpec) -> Law:
        """Return mean 0, since -W has minus the vectors, and variance by orthonormality."""
        s = self.scale
        return Law(
            mean=0.0,
            variance=s**2 / max(self._matrix(spec)),
            low=-s,
            high=s,
            entries=Entries.dependent,
            promises=(Orthonormal(s, seen=ParameterSpec(self._matrix(spec), spec.dtype)),),
        )

    def _matrix(self, spec: ParameterSpec) -> tuple[int, int]:
        spec.require_known()
        if not spec.shape:
            raise ShapeError(f"{spec.label} of shape () is no matrix, which orthogonal needs.")
        return spec.shape[0], prod(spec.shape[1:])


def _decompose(rows: NDArray[Any]) -> bool:
    """Turn rows into the right singular vectors of their matrix, those of large values first.

    Two groups of rows at a time are made orthogonal in their own memory, by the eigenvectors of
    their Gram matrix, until all are: each is then a singular vector times its value (Hestenes,
    1958; by groups Drmac, 2009). What cosines are left is taken from the shorter of two rows, by
    the Cholesky factor. All of it depends on products of rows alone: -W has minus the vectors.
    Of a square matrix the left ones, which are not made, begin with positive numbers.

    Returns:
        whether the matrix is regular; of another, not all vectors are found.
    """
    most = HALF_ROWS if rows.dtype == np.float16 else ROWS
    close = max(CLOSE, float(np.finfo(rows.dtype).eps))
    groups = np.array_split(rows, -(-len(rows) // most) if len(rows) > 2 * most else 1)
    pairs: list[Sequence[NDArray[Any]]] = list(combinations(groups, 2)) or [groups]
    first = rows[0].copy() if len(rows) == rows.shape[1] else None
    for _ in range(SWEEPS):
        if max(map(_turn, pairs)) < close:
            break
    regular = all(map(_orthonormalize, pairs))
    if first is not None:
        rows *= np.copysign(1, rows @ first)[:, None]
    return regular


def _turn(pair: Sequence[NDArray[Any]]) -> float:
    """Make the rows of a pair orthogonal, longest first; return the largest cosine across it."""
    from scipy.linalg import eigh  # not at the top: `plan` draws nothing

    gram = _gram(pair)
    largest = _cosine(gram, len(pair[0]))
    np.negative(gram, out=gram)  # whose eigenvalues ascend
    _multiply(eigh(gram, overwrite_a=True, check_finite=False)[1].T, pair)
    return largest


def _cosine(gram: NDArray[Any], first: int) -> float:
    """Return the largest cosine between one of the first rows and one of the others."""
    lengths = np.sqrt(np.diagonal(gram))
    cosines = gram[first:, :first] / lengths[first:, None] / lengths[:first]
    return float(np.abs(cosines).max(initial=0))


def _orthonormalize(pair: Sequence[NDArray[Any]]) -> bool:
    """Take from each row of a pair what is along those before it; return whether most is left."""
    from scipy.linalg.lapack import dpotrf, dtrtri

    gram = _gram(pair)
    lengths = np.sqrt(np.diagonal(gram))
    factor, beyond = dpotrf(gram, lower=True, overwrite_a=True)
    if beyond or (np.diagonal(factor) < lengths / 2).any():
        return False
    _multiply(dtrtri(factor, lower=True, overwrite_c=True)[0], pair)
    return True


def _gram(pair: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """Return the products of the rows of a pair, in double precision: the lower triangle."""
    from scipy.linalg.blas import dsyrk

    rows = sum(map(len, pair))
    gram = np.zeros((rows, rows), order="F")
    for _, part in _columns(pair):
        dsyrk(1.0, part.T, trans=True, lower=True, beta=1.0, c=gram, overwrite_c=True)
    return gram


def _multiply(left: NDArray[Any], pair: Sequence[NDArray[Any]]) -> None:
    """Put the product of a square matrix and the rows of a pair in their place."""
    for views, part in _columns(pair):
        product = left @ part
        for view in views:
            view[...], product = product[: len(view)], product[len(view) :]


def _columns(pair: Sequence[NDArray[Any]]) -> Iterator[tuple[list[NDArray[Any]], NDArray[Any]]]:
    """Yield views of some columns at a time, and the numbers there in double precision."""
    for (piece,) in pieces(pair[0].shape[1:], max(1, PIECE // sum(map(len, pair)))):
        views = [rows[:, piece] for rows in pair]
        yield views, np.concatenate(views, dtype=np.float64)
