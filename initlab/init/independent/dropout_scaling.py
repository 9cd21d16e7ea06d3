"""He's rule for ReLU nets with dropout."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from initlab.errors import BadValueError
from initlab.init.checks import positive
from initlab.init.independent.gaussian import Gaussian
from initlab.init.independent.independent import Independent

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["DropoutScaling"]


@dataclass(frozen=True)
class DropoutScaling(Independent):
    """N(0, scale keep / fan_in): dropout multiplies the second moment by 1 / keep.

    Pretorius et al. (2018): multiplicative noise with second moment mu needs 2 / (mu fan_in), and
    inverted dropout, whose survivors are divided by keep, has mu = 1 / keep.

    Args:
        keep: the probability that a unit survives.
        scale: the variance times fan_in without dropout; 2 for ReLU.
    """

    keep: float = 0.5
    scale: float = 2.0

    def __post_init__(self) -> None:
        positive("dropout_scaling", scale=self.scale)
        if not 0 < self.keep <= 1:
            raise BadValueError(f"dropout_scaling: keep is in (0, 1], got {self.keep}.")

    def entry(self, spec: ParameterSpec) -> Gaussian:
        """Return N(0, scale keep / fan_in)."""
        return Gaussian(sqrt(self.scale * self.keep / spec.fan_in))
