"""What the units of a first layer see, and units that are made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.calibrators.calibrator import Calibration
from initlab.errors import BadValueError
from initlab.init import as_matrices, from_matrices

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.calibrators.layers import Layer

__all__ = ["Whitened", "check_samples", "obstacle", "patches", "set_units", "whitened"]

LEAST = 1e-3  # of the largest variance: directions below it are noise


class Whitened(NamedTuple):
    """Patches as a layer sees them, turned so that directions are uncorrelated.

    Args:
        mean: of the patches.
        turn: from centred patches to coordinates of variance 1, a direction a row.
        coordinates: the patches in these, a patch a row.
    """

    mean: NDArray[np.float64]
    turn: NDArray[np.float64]
    coordinates: NDArray[np.float64]


def check_samples(name: str, samples: int) -> None:
    """Raise a BadValueError unless there are two samples at least, which may differ."""
    if samples < 2:
        raise BadValueError(f"{name}: samples must be at least 2, got {samples}.")


def obstacle(layer: Layer) -> str:
    """Return why a layer cannot be made of patches, or nothing."""
    if layer.obstacle or layer.frozen:
        return layer.obstacle or "it is frozen"
    spec = layer.weight.spec
    plain = spec.grouped == "out" and spec.groups == 1 and not spec.batch_axes
    return "" if plain else "it is transposed, grouped or has copies, and has no patches"


def patches(x: NDArray[np.floating], layer: Layer) -> NDArray[np.float64]:
    """Return the inputs of the layer's units, one a row, without padding."""
    spec = layer.weight.spec
    size = [spec.shape[axis] for axis in spec.receptive_axes]
    wide = x.astype(np.float64)
    if not size:
        return wide.reshape(-1, spec.inputs)
    if spec.in_axes != (1,):  # channels last
        wide = np.moveaxis(wide, -1, 1)
    apart = getattr(layer.block, "dilation", (1,) * len(size))
    whole = [(n - 1) * step + 1 for n, step in zip(size, apart, strict=True)]
    axes = tuple(range(2, 2 + len(size)))
    windows = np.lib.stride_tricks.sliding_window_view(wide, whole, axes)  # (n, c, places, field)
    every: Any = (..., *(slice(None, None, step) for step in apart))
    seen: NDArray[np.float64] = windows[every]
    return np.moveaxis(seen, 1, 1 + len(size)).reshape(-1, spec.fan_in)


def whitened(seen: NDArray[np.float64]) -> Whitened:
    """Return patches in their principal directions, the largest first, signs settled."""
    mean = seen[0] + (seen - seen[0]).mean(axis=0)  # exact for what does not vary
    centred = seen - mean
    values, vectors = np.linalg.eigh(centred.T @ centred / len(seen))
    order = np.argsort(values)[::-1]
    kept = order[values[order] > LEAST * values.max()]
    turn = (vectors[:, kept] / np.sqrt(values[kept])).T
    turn *= np.sign(turn[np.arange(len(turn)), np.abs(turn).argmax(axis=1)])[:, None]
    return Whitened(mean, turn, centred @ turn.T)


def set_units(layer: Layer, rows: NDArray[np.float64], mean: NDArray[np.float64]) -> Calibration:
    """Give as many units as there are rows these, and biases that take away the mean."""
    spec, before = layer.weight.spec, np.array(layer.weight.data())
    matrix = as_matrices(before, spec).astype(np.float64)
    set_here = min(len(rows), spec.outputs)
    matrix[0, :set_here] = rows[:set_here]
    layer.weight.set_data(from_matrices(matrix, spec))
    if layer.bias is not None:
        bias = np.array(layer.bias.data())
        bias[:set_here] = -rows[:set_here] @ mean
        layer.bias.set_data(bias)
    why = f"{set_here} of {spec.outputs} units: the batch has no more directions"
    whole = set_here == spec.outputs
    factor = float(np.linalg.norm(matrix) / (np.linalg.norm(before) or 1.0))
    why = "" if whole else why
    return Calibration(layer.path, factor, 1, float(set_here), whole, why, layer.also)
