"""Matrices whose entries follow from where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.fixed.fixed import Fixed
from initlab.init.matrices import matrices_of, pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Formula"]


class Formula(Fixed):
    """Subclasses define `entry(spec, i, j)`, the same for every copy and group."""

    def entry(self, spec: ParameterSpec, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
        """Return w_ij: what output i multiplies the j-th number by that it sees, both from 0.

        Args:
            spec: the parameter.
            i: some outputs, along axis 0.
            j: some of what each sums, along the other axes.

        Raises:
            ShapeError: when it cannot be made for `spec`.
        """
        raise NotImplementedError(
            f"{type(self).__name__} is Formula without entry(self, spec, i, j)"
        )

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Compute some entries at a time, and write them where they belong.

        Raises:
            ShapeError: when the parameter has no input and output axes, or as the entry says.
        """
        with matrices_of(out, spec) as matrices:
            _, _, *columns = matrices.shape
            for piece in pieces(matrices.shape[1:]):
                i, *along = np.ogrid[piece]
                j = np.ravel_multi_index(along, columns)
                matrices[:, *piece] = self.entry(spec, i, j)
