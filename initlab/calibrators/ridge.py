"""A last layer that is the best linear readout of a drawn net."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.calibrators.calibrator import Calibration, Calibrator, untouched
from initlab.calibrators.labels import as_numbers, labels_obstacle
from initlab.calibrators.layers import Layer, inputs, last_layer
from initlab.errors import BadValueError

if TYPE_CHECKING:
    from initlab import nn
    from initlab.calibrators.batch import Batch

__all__ = ["Ridge"]


@dataclass(frozen=True)
class Ridge(Calibrator):
    """The last layer is the best linear readout of what the drawn net computes.

    An extreme learning machine (Huang et al., 2006) as a warm start: weight and bias minimize the
    squared distance from the labels, one-hot for classes, plus `penalty` times the weight's square
    times the features' mean variance.

    Args:
        penalty: positive; the larger, the smaller the weight.
    """

    base: ClassVar[str] = "he"
    penalty: float = 0.1

    def __post_init__(self) -> None:
        if not self.penalty > 0:
            raise BadValueError(f"ridge: penalty must be positive, got {self.penalty}.")

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Set the last layer; told is the share of the labels' variance that it explains."""
        batch.require_labels("Ridge")
        layer, y = last_layer(net, batch.x), np.asarray(batch.y)
        spec = layer.weight.spec
        if why := labels_obstacle(layer, y) or _obstacle(layer):
            return [untouched(layer.path, why)]
        features = inputs(net, batch.x, layer.block).reshape(-1, spec.inputs).astype(np.float64)
        targets = as_numbers(y, spec.outputs)
        if len(features) != len(targets):
            fits = f"labels of shape {y.shape} do not fit {len(features)} outputs"
            return [untouched(layer.path, fits)]
        own = layer.bias is not None
        centre, middle = (own * rows.mean(axis=0) for rows in (features, targets))
        f, t = features - centre, targets - middle
        damping = self.penalty * float(np.square(f).sum()) / spec.inputs
        if not damping:
            return [untouched(layer.path, "its inputs do not vary over the batch")]
        if not (np.ptp(targets, axis=0) if own else targets).any():
            return [untouched(layer.path, "the batch's labels are all the same")]
        weight = np.linalg.solve(f.T @ f + damping * np.eye(spec.inputs), f.T @ t).T
        before = float(np.linalg.norm(np.asarray(layer.weight.data()))) or 1.0
        layer.weight.set_data(weight.astype(spec.dtype))
        if layer.bias is not None:
            layer.bias.set_data((middle - weight @ centre).astype(layer.bias.dtype))
        explained = 1 - float(np.square(t - f @ weight.T).sum() / np.square(t).sum())
        factor = float(np.linalg.norm(weight)) / before
        return [Calibration(layer.path, factor, 1, explained, True, also=layer.also)]


def _obstacle(layer: Layer) -> str:
    if len(layer.weight.spec.shape) != 2:
        return "it is no dense layer"
    if layer.frozen or layer.block.own_parameters.get("bias") is not layer.bias:
        return "its weight or bias is frozen"
    return ""
