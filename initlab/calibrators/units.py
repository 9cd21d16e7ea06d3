"""Standardizing each unit of each layer over a batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.calibrators.calibrator import Calibration, untouched
from initlab.calibrators.layers import given, signals

if TYPE_CHECKING:
    from initlab import nn
    from initlab.calibrators.batch import Batch
    from initlab.calibrators.layers import Layer

__all__ = ["standardize_units"]

NOISE = 100  # roundings of the mean: what varies less does not vary


def standardize_units(net: nn.Block, batch: Batch, tolerance: float) -> list[Calibration]:
    """Give every unit variance 1 and, where it has a bias, mean 0, one layer after the other.

    Frozen weights and biases are left out.

    Raises:
        BadValueError: when no layer can be standardized.
    """
    return [_standardize(net, batch, layer, tolerance) for layer in given(net, batch.x)]


def _standardize(net: nn.Block, batch: Batch, layer: Layer, tolerance: float) -> Calibration:
    if layer.obstacle:
        return untouched(layer.path, layer.obstacle)
    weight = np.asarray(layer.weight.data())
    before = float(np.linalg.norm(weight))
    mean, std = _moments(net, batch, layer)
    if std.shape != (_units(layer),):
        return untouched(layer.path, "no axis of its outputs is that of its units")
    alive = np.isfinite(std) & np.isfinite(mean) & (std > 0)
    scale = np.where(alive, 1 / np.where(alive, std, 1), 1)
    layer.weight.set_data(_along(layer, scale) * weight)
    if layer.bias is not None:
        bias = np.asarray(layer.bias.data())
        layer.bias.set_data(np.where(alive, (bias - mean) * scale, bias))
    mean, std = _moments(net, batch, layer)
    off = np.abs(std**2 - 1)
    if layer.bias is not None:
        off = np.maximum(off, np.abs(mean))
    worst = float(off[alive].max()) if alive.any() else float("nan")
    good = bool(alive.all()) and worst <= tolerance
    why = "" if good else _obstacle(int((~alive).sum()), worst)
    factor = float(np.linalg.norm(np.asarray(layer.weight.data()))) / before if before else 1.0
    return Calibration(layer.path, factor, 1, worst, good, why, layer.also)


def _moments(net: nn.Block, batch: Batch, layer: Layer) -> tuple[np.ndarray, np.ndarray]:
    """Return each unit's mean and standard deviation over the batch, and over places if any.

    A deviation that rounding alone may make is 0.
    """
    z = signals(net, batch.x, layer).before
    if z is None or z.ndim < 2:
        return np.zeros(0), np.zeros(0)
    spec = layer.weight.spec  # a kernel's channels stand where those of its data do
    axis = z.ndim - 1 if len(spec.shape) == 2 else max(*spec.in_axes, *spec.out_axes)
    over = tuple(i for i in range(z.ndim) if i != axis)
    with np.errstate(all="ignore"):
        mean = z.mean(axis=over, dtype=np.float64)
        std = z.std(axis=over, dtype=np.float64)
        noise = NOISE * np.finfo(z.dtype).eps * np.abs(mean)
    return mean, np.where(std <= noise, 0, std)


def _units(layer: Layer) -> int:
    spec = layer.weight.spec
    return spec.shape[spec.out_axes[0]]


def _along(layer: Layer, scale: np.ndarray) -> np.ndarray:
    """Return the units' factors along the weight's axis of outputs."""
    spec = layer.weight.spec
    shape = [1] * len(spec.shape)
    shape[spec.out_axes[0]] = -1
    return scale.reshape(shape)


def _obstacle(dead: int, worst: float) -> str:
    if dead:
        return f"{dead} units do not vary over the batch"
    return f"a unit is {worst:.3g} away"
