"""A last bias that knows the labels' shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.calibrators.calibrator import Calibration, Calibrator, untouched
from initlab.calibrators.labels import labels_obstacle
from initlab.calibrators.layers import last_layer
from initlab.errors import BadValueError

if TYPE_CHECKING:
    from initlab import nn
    from initlab.calibrators.batch import Batch

__all__ = ["OutputPrior"]


@dataclass(frozen=True)
class OutputPrior(Calibrator):
    """The last bias starts at the labels' own statistics.

    Of classes it is ln p_k, p_k the share of class k in the batch, each count plus `smoothing`; of
    numbers their mean. With zero weights the first loss is then the labels' entropy, or variance:
    the steps in which a net only learns the shares are saved (Karpathy's recipe, 2019; of words
    Meister et al., 2023). For known shares there are log_shares and log_odds.

    Args:
        smoothing: added to each class's count, for those that the batch lacks.
    """

    base: ClassVar[str] = "he"
    smoothing: float = 0.5

    def __post_init__(self) -> None:
        if not self.smoothing > 0:
            raise BadValueError(f"output_prior: smoothing must be positive, got {self.smoothing}.")

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Set the last layer's bias; told is the entropy of the shares, or the labels' variance."""
        batch.require_labels("OutputPrior")
        layer, y = last_layer(net, batch.x), np.asarray(batch.y)
        units = layer.weight.spec.outputs
        why = labels_obstacle(layer, y)
        if layer.bias is None or why:
            return [untouched(layer.path, why or "it has no bias to set")]
        if y.dtype.kind == "f":
            bias = y.reshape(-1, units).mean(axis=0, dtype=np.float64)
            reached = float(y.reshape(-1, units).var(axis=0).mean())
        else:
            counts = np.bincount(y.ravel(), minlength=units) + self.smoothing
            shares = counts / counts.sum()
            bias, reached = np.log(shares), float(-(shares * np.log(shares)).sum())
        before = float(np.linalg.norm(np.asarray(layer.bias.data())))
        layer.bias.set_data(bias.astype(layer.bias.dtype))
        factor = float(np.linalg.norm(bias)) / before if before else 1.0
        return [Calibration(layer.also[0], factor, 1, reached, True)]
