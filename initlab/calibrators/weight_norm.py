"""The data-dependent initialization of weight normalization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.scaling import check_patience
from initlab.calibrators.units import standardize_units

if TYPE_CHECKING:
    from initlab.calibrators.batch import Batch
    from initlab.nn import Block

__all__ = ["WeightNorm"]


@dataclass(frozen=True)
class WeightNorm(Calibrator):
    """Give each unit's pre-activation mean 0 and variance 1 over the batch.

    Salimans & Kingma, "Weight normalization" (2016), section 3: g = 1 / sigma[t], b = -mu[t] /
    sigma[t], layer after layer. A unit without spread keeps its values; a layer without bias
    keeps its means.

    Args:
        tolerance: how far the units' variances may end from 1, their means from 0.
    """

    base: ClassVar[str] = "normal"
    tolerance: float = 1e-3

    def __post_init__(self) -> None:
        check_patience(self.tolerance, 1)

    def calibrate(self, net: Block, batch: Batch) -> list[Calibration]:
        """Scale the units of every weight, in the order of the forward pass, and set biases.

        Raises:
            BadValueError: when no layer can be standardized.
        """
        return standardize_units(net, batch, self.tolerance)
