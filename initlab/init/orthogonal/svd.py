"""Gluon's orthogonal matrices: singular vectors of a random matrix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
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

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

__all__ = ["Orthogonal", "SourceType"]

PIECE = 2**17  # numbers of columns that are multiplied at once: many for BLAS


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
        """Draw in single precision, as Gluon does, and decompose in double.

        Beside the array this takes two squares of its short side.
        """
        shape = self._matrix(spec)
        with real_array(out.reshape(shape)) as drawn:
            w = drawn if drawn.dtype != np.float16 else np.empty(shape, np.float32)
            if w.dtype == np.float32:
                self._draw(rng, w)
            else:
                w[...] = self._draw(rng, np.empty(shape, np.float32))
            with single():  # products of the same bits, always
                _singular_vectors(w if shape[0] <= shape[1] else w.T)
            np.multiply(w, self.scale, out=drawn, casting="same_kind")

    def _draw(self, rng: np.random.Generator, drawn: NDArray[Any]) -> NDArray[Any]:
        if self.rand_type == SourceType.uniform:
            rng.random(dtype=np.float32, out=drawn)
            drawn *= 2
            drawn -= 1
        else:
            rng.standard_normal(dtype=np.float32, out=drawn)
        return drawn

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


def _singular_vectors(w: NDArray[Any]) -> None:
    """Put the singular vectors of a matrix in its place, those of the largest value first.

    The left ones of a square matrix, which are the eigenvectors of W W', as columns; the right ones
    of a wide matrix, W' times these over the singular values, as rows. Either change signs with W:
    of a square one's right vectors, which are not made, the first numbers are positive.
    """
    from scipy.linalg import eigh  # not at the top: `plan` draws nothing

    squares, left = eigh(_gram(w).T, overwrite_a=True, check_finite=False, driver="evr")
    if len(w) == w.shape[1]:
        left *= np.copysign(1.0, w[:, 0] @ left)
        w[...] = left[:, ::-1]
    else:
        left /= np.sqrt(squares)
        _multiply(left.T, w, backwards=True)
    if w.dtype == np.float64:  # Newton's step to orthonormal ones, from which they are 1e-13 away
        step = _gram(w)
        step *= -0.5
        np.einsum("ii->i", step)[...] += 1.5
        _multiply(step, w)


def _gram(w: NDArray[Any]) -> NDArray[Any]:
    """Return W W' in double precision."""
    gram = np.zeros((len(w), len(w)))
    for columns in _columns(w):
        part = in_double(columns)
        gram += part @ part.T
    return gram


def _multiply(left: NDArray[Any], w: NDArray[Any], *, backwards: bool = False) -> None:
    """Put the product, its rows from the last to the first if so wished, in the place of w."""
    for columns in _columns(w):
        product = left @ in_double(columns)
        columns[...] = product[::-1] if backwards else product


def _columns(w: NDArray[Any]) -> Iterator[NDArray[Any]]:
    """Yield views of some columns at a time."""
    return (w[:, piece] for (piece,) in pieces(w.shape[1:], max(1, PIECE // len(w))))
