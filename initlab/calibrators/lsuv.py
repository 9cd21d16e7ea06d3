"""Layer-sequential unit-variance initialization."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.layers import Layer, signals
from initlab.calibrators.scaling import check_patience, scale_layers

if TYPE_CHECKING:
    from initlab.calibrators.batch import Batch
    from initlab.nn import Block

__all__ = ["LSUV"]


@dataclass(frozen=True)
class LSUV(Calibrator):
    """Scale each weight, layer after layer, until its pre-activations have unit variance.

    Mishkin & Matas, "All you need is a good init" (2016): W <- W / sqrt(Var(z)) until
    |Var(z) - 1| < tolerance. Without bias a single division is exact. A weight that does not come
    there keeps what was drawn.

    Args:
        tolerance: the distance from variance 1 that is good enough.
        iterations: how many divisions to try for a layer.
    """

    tolerance: float = 0.1
    iterations: int = 10

    def __post_init__(self) -> None:
        check_patience(self.tolerance, self.iterations)

    def calibrate(self, net: Block, batch: Batch) -> list[Calibration]:
        """Scale every weight that is a matrix (or kernel), in the order of the forward pass.

        Raises:
            BadValueError: when no layer can be scaled.
        """

        def variance(layer: Layer) -> float:
            z = signals(net, batch.x, layer).before
            return float("nan") if z is None else float(np.var(z, dtype=np.float64))

        return scale_layers(net, batch, variance, self.tolerance, self.iterations)
