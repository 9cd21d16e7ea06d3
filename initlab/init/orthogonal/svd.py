"""Gluon's orthogonal matrices: singular vectors of a random matrix."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import prod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import choice, positive
from initlab.init.fans import Fans
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.promises import Orthonormal
from initlab.init.spec import ParameterSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Orthogonal", "SourceType"]


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

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        rows, columns = self._matrix(spec)
        draw = rng.random if self.rand_type == SourceType.uniform else rng.standard_normal
        drawn = draw((rows, columns), np.float32)
        if self.rand_type == SourceType.uniform:
            drawn = 2 * drawn - 1
        u, _, v = np.linalg.svd(drawn.astype(np.float64), full_matrices=False)
        values = u if u.shape == drawn.shape else v
        return np.ascontiguousarray(self.scale * values.reshape(spec.shape), spec.dtype)

    def law(self, spec: ParameterSpec) -> Law:
        """Return variance scale^2 / longer side, which follows from orthonormality alone."""
        s = self.scale
        return Law(
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
