"""The identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import finite
from initlab.init.fixed.fixed import Fixed
from initlab.init.law import Entries, Law

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Identity"]


@dataclass(frozen=True)
class Identity(Fixed):
    """`gain` on the main diagonal of a matrix, square or not, and 0 elsewhere.

    Experts, or other copies along batch axes, get one each. Recurrent ReLU nets start so (IRNN; Le,
    Jaitly & Hinton, 2015).

    Args:
        gain: the value on the diagonal.

    >>> from initlab.init import ParameterSpec
    >>> Identity()(ParameterSpec((2, 3)), None).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        finite("identity", gain=self.gain)

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the matrix.

        Raises:
            ShapeError: for anything but a matrix, or one for each copy.
        """
        rows, columns = self._sides(spec)
        diagonal = np.arange(min(spec.shape[rows], spec.shape[columns]))
        out[...] = 0
        np.moveaxis(out, (rows, columns), (-2, -1))[..., diagonal, diagonal] = self.gain

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments: with p = 1 / max(n, m), mean g p and variance g^2 p (1 - p)."""
        sides = self._sides(spec)
        spec.require_known()
        g, p = self.gain, 1 / max(spec.shape[axis] for axis in sides)
        variance = g * g * p * (1 - p)
        kurtosis = 1 / (p * (1 - p)) - 3 if variance else 1.0  # a biased coin's
        return Law(g * p, variance, kurtosis, min(g, 0.0), max(g, 0.0), Entries.fixed)

    def _sides(self, spec: ParameterSpec) -> tuple[int, int]:
        """Return the axes of the matrix."""
        rank = len(spec.shape)
        copies = {axis if axis >= 0 else rank + axis for axis in spec.batch_axes}
        sides = [axis for axis in range(rank) if axis not in copies]
        if len(sides) != 2:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is no matrix, which identity needs. Choose "
                "another initializer for it: dirac for a convolution, for a vector zeros or ones."
            )
        return sides[0], sides[1]
