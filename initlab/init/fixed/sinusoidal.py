"""Sinusoidal rows, each of one frequency."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.fixed.formula import Formula
from initlab.init.matrices import matrix_shape
from initlab.init.promises import Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Sinusoidal"]


@dataclass(frozen=True)
class Sinusoidal(Formula):
    """w_ij = a sin(2 pi k_i j / n + phi_i), rows of sum 0, of Glorot's variance 2 / (n + m).

    Fernandez-Hernandez et al. (2025), deterministic: j counts the n = fan_in weights of an output
    from 0. They let k = i for the i-th of m outputs, but waves above n / 2 repeat lower ones (256
    rows of 256 weights have rank 127). Here k goes round the frequencies below n / 2, and rows that
    share one have phases spread over [0, pi): n rows have rank n - 1 if n is odd, else n - 2.

    >>> from initlab.init import ParameterSpec
    >>> round(Sinusoidal().variance(ParameterSpec((60, 40))), 6)
    0.02
    """

    def entry(self, spec: ParameterSpec, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
        """Return a sin(2 pi k j / n + phi), k and phi of row i.

        Raises:
            ShapeError: when a row has fewer than the three weights that a wave needs.
        """
        _, m, n = matrix_shape(spec)
        waves = (n - 1) // 2  # frequencies below n / 2
        if not waves:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is too small for a wave. Choose another "
                "initializer for it, such as xavier."
            )
        turn, k = np.divmod(i, waves)
        angles = 2 * pi * (k + 1) * j / n + pi * turn / ceil(m / waves)
        entries: NDArray[Any] = sqrt(4 / (n + m)) * np.sin(angles)  # its mean square is 1 / 2
        return entries

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values, and what each row promises."""
        _, m, n = matrix_shape(spec)
        rows = Rows(sum=0.0, square_sum=2 * n / (n + m))
        return replace(super().law(spec), mean=0.0, promises=(rows,))
