"""Biases that take their share of what keeps ReLU nets alive."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.calibrators.calibrator import Calibration, Calibrator, first_path, untouched
from initlab.calibrators.layers import layers
from initlab.errors import BadValueError
from initlab.init import as_matrices, from_matrices

if TYPE_CHECKING:
    from initlab import nn
    from initlab.calibrators.batch import Batch
    from initlab.calibrators.layers import Layer

__all__ = ["RAIBias"]


@dataclass(frozen=True)
class RAIBias(Calibrator):
    """Of each output's weights and its bias, all N(0, gain^2 / fan_in), one is from Beta(2, 1).

    Lu, Shin, Su & Karniadakis, "Dying ReLU and initialization" (2019). The initializer `rai` picks
    among the weights alone, for a weight and a bias are drawn each from a stream of its own. This
    comes after it: with a chance of 1 / (fan_in + 1) the bias is picked, and the output's weights
    are drawn again. It adds to `rai` of the same gain: another base has no weights from Beta(2, 1).
    The batch is not looked at, and a weight that is tied has the first layer's bias.

    Args:
        gain: that of the base; theirs is 0.6007.

    Raises:
        BadValueError: for a gain that is not positive.
    """

    base: ClassVar[str] = "rai"
    gain: float = 0.6007

    def __post_init__(self) -> None:
        if not self.gain > 0:
            raise BadValueError(f"rai_bias: gain must be positive, got {self.gain!r}.")

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Draw each bias and the weights of picked ones; told is the share of picked ones."""
        rng = batch.generator()
        free = [
            layer for layer in layers(net, batch.x) if layer.bias is not None and not layer.frozen
        ]
        told = [self._draw(layer, rng) for layer in free]
        return told or [untouched(first_path(net), "no layer has a bias to set")]

    def _draw(self, layer: Layer, rng: np.random.Generator) -> Calibration:
        spec, bias = layer.weight.spec, layer.bias
        weight = np.array(layer.weight.data())
        matrices, std = as_matrices(weight, spec), self.gain / sqrt(spec.fan_in)
        if bias is None or bias.spec.shape != (matrices[..., 0].size,):
            return untouched(layer.path, "its bias is no vector of one number for each output")
        picked = rng.random(bias.spec.shape) < 1 / (spec.fan_in + 1)
        values = np.where(picked, rng.beta(2, 1, picked.shape), rng.normal(0, std, picked.shape))
        rows = picked.reshape(matrices.shape[:2])
        new = np.array(matrices)
        new[rows] = rng.normal(0, std, new[rows].shape)
        layer.weight.set_data(from_matrices(new, spec))
        bias.set_data(values)
        before = float(np.linalg.norm(weight))
        factor = float(np.linalg.norm(new)) / before if before else 1.0
        return Calibration(layer.path, factor, 1, float(picked.mean()), True, also=layer.also)
