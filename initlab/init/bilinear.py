"""The kernel that upsamples by bilinear interpolation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import ShapeError
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Bilinear"]


@dataclass(frozen=True)
class Bilinear(Initializer):
    """The weights of a transposed convolution that interpolates, the same for all channels.

    With k columns, f = ceil(k / 2) and c = (2f - 1 - f mod 2) / 2f, the weight at row y and
    column x is (1 - |x / f - c|)(1 - |y / f - c|).

    >>> from initlab.init import ParameterSpec
    >>> (16 * Bilinear()(ParameterSpec((1, 1, 4, 4)), None)[0, 0, 0]).tolist()
    [1.0, 3.0, 3.0, 1.0]
    """

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return the kernels.

        Raises:
            ShapeError: for anything but four axes.
        """
        if len(spec.shape) != 4:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is no weight of a 2-D convolution, which "
                "bilinear needs."
            )
        rows, columns = spec.shape[2:]
        f = np.ceil(columns / 2)
        c = (2 * f - 1 - f % 2) / (2 * f)
        x, y = 1 - abs(np.arange(columns) / f - c), 1 - abs(np.arange(rows) / f - c)
        return np.broadcast_to(np.outer(y, x), spec.shape).astype(spec.dtype)
