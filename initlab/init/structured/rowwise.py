"""What another initializer draws, changed output by output."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab.init.initializer import Initializer
from initlab.init.matrices import in_double, matrices_of, matrix_shape

if TYPE_CHECKING:
    import numpy as np
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

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Have the other write into `out`, and change some rows at a time, in double precision.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        _, count, width = matrix_shape(spec)
        height = max(1, PIECE // width)
        self.of.write(spec, rng, out)
        with matrices_of(out, spec) as matrices:
            for matrix in matrices:
                for top in range(0, count, height):
                    rows = matrix[top : top + height]
                    double = in_double(rows).reshape(-1, width)
                    rows[...] = self.changed(double, spec).reshape(rows.shape)
