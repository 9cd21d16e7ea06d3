"""Bilinear upsampling as a transposed convolution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.fixed.formula import Formula

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Bilinear", "triangle"]


@dataclass(frozen=True)
class Bilinear(Formula):
    """The kernel of linear interpolation, for transposed convolutions (Long et al., 2015).

    With a last side of k: f = ceil(k / 2), c = (2f - 1 - f mod 2) / 2f, 1 - |x / f - c| along each
    side; one of 4 has (.25, .75, .75, .25). As in MXNet the last side's k holds for all, and every
    pair of channels has the kernel: give the layer one group a channel, or its outputs add up all
    inputs.

    >>> from initlab.init import ParameterSpec
    >>> Bilinear()(ParameterSpec((1, 1, 4)), None).tolist()
    [[[0.25, 0.75, 0.75, 0.25]]]
    """

    def entry(
        self,
        spec: ParameterSpec,
        i: NDArray[Any],  # noqa: ARG002 - outputs are alike
        j: NDArray[Any],
    ) -> NDArray[Any]:
        """Return the kernel, for every pair of channels.

        Raises:
            ShapeError: when there is no receptive field.
        """
        if not spec.receptive_axes:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is no weight of a convolution, which bilinear "
                "needs. Choose identity for a matrix."
            )
        sides = [spec.shape[axis] for axis in spec.receptive_axes]
        _, *along = np.unravel_index(j, (spec.inputs, *sides))
        weights = (triangle(n, sides[-1])[x] for n, x in zip(sides, along, strict=True))
        return reduce(np.multiply, weights)


def triangle(side: int, scale: int | None = None) -> NDArray[np.float64]:
    """Return the weights of linear interpolation along one side, as of a side of `scale`."""
    f = -(-(scale or side) // 2)
    c = (2 * f - 1 - f % 2) / (2 * f)
    return 1 - np.abs(np.arange(side) / f - c)
