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

    Recurrent ReLU nets start so (IRNN; Le, Jaitly & Hinton, 2015).

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
            ShapeError: for anything but a matrix.
        """
        self._check(spec)
        out[...] = 0
        np.fill_diagonal(out, self.gain)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments: with p = 1 / max(n, m), mean g p and variance g^2 p (1 - p)."""
        self._check(spec)
        spec.require_known()
        g, p = self.gain, 1 / max(spec.shape)
        variance = g**2 * p * (1 - p)
        kurtosis = 1 / (p * (1 - p)) - 3 if variance else 1.0  # a biased coin's
        return Law(g * p, variance, kurtosis, min(g, 0.0), max(g, 0.0), Entries.fixed)

    def _check(self, spec: ParameterSpec) -> None:
        if len(spec.shape) != 2:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is no matrix, which identity needs. Choose "
                "another initializer for it: dirac for a convolution, for a vector zeros or ones."
            )
