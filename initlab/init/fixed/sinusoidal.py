"""Sinusoidal rows, one frequency an output."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.fixed.fixed import Fixed
from initlab.init.matrices import from_matrices, matrix_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Sinusoidal"]


@dataclass(frozen=True)
class Sinusoidal(Fixed):
    """w_ij = a sin(2 pi i (j / n + 1 / m)), i = 1 ... m outputs, of Glorot's variance.

    Fernandez-Hernandez et al. (2025), deterministic: j counts the n = fan_in weights of an output
    from 0, a is such that the variance of all entries is 2 / (n + m).

    >>> from initlab.init import ParameterSpec
    >>> round(Sinusoidal().variance(ParameterSpec((60, 40))), 6)
    0.02
    """

    def values(self, spec: ParameterSpec) -> NDArray[Any]:
        """Return the rows, the same for every copy and group.

        Raises:
            ShapeError: when there is nothing that varies: a single weight.
        """
        copies, m, n = matrix_shape(spec)
        i, j = np.arange(1, m + 1)[:, None], np.arange(n)
        waves = np.sin(2 * pi * i * (j / n + 1 / m))
        spread = float(waves.std())
        if spread < 1e-9:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is too small for a wave. Choose another "
                "initializer for it, such as xavier."
            )
        waves *= sqrt(2 / (n + m)) / spread
        return from_matrices(np.broadcast_to(waves, (copies, m, n)), spec)
