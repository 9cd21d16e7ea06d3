"""What another initializer draws, changed output by output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.initializer import Initializer
from initlab.init.matrices import as_matrices, from_matrices, in_double, matrix_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Rowwise"]

PIECE = 2**16  # numbers that are changed at once


class Rowwise(Initializer):
    """Subclasses define `changed(rows, spec)`, and have in `of` what draws the values."""

    of: Initializer

    def changed(self, rows: NDArray[Any], spec: ParameterSpec) -> NDArray[Any]:
        """Return rows, the weights of one output each, in double precision, as they shall be."""
        raise NotImplementedError(f"{type(self).__name__} is Rowwise without changed(rows, spec)")

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw, then change in double precision.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        spec.require_known()
        out = np.empty(spec.shape, spec.dtype)
        self.write(spec, rng, out)
        return out

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Have the other write into `out`, and change some rows at a time there."""
        height = max(1, PIECE // matrix_shape(spec)[2])
        self.of.write(spec, rng, out)
        matrices = as_matrices(out, spec)
        for matrix in matrices:
            for top in range(0, len(matrix), height):
                rows = matrix[top : top + height]
                rows[...] = self.changed(in_double(rows), spec)
        if not np.may_share_memory(matrices, out):
            from_matrices(matrices, spec, out)
