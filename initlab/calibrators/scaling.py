"""Scaling weights one layer after the other until a moment of what they compute is right."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from initlab.calibrators.calibrator import Calibration, untouched
from initlab.calibrators.layers import given
from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab import nn
    from initlab.calibrators.batch import Batch
    from initlab.calibrators.layers import Layer

__all__ = ["check_patience", "scale_layers"]


def check_patience(tolerance: float, iterations: int) -> None:
    """Raise a BadValueError for a tolerance that nothing meets or no iteration."""
    if not tolerance > 0:
        raise BadValueError(f"tolerance must be positive, got {tolerance}.")
    if iterations < 1:
        raise BadValueError(f"iterations must be at least 1, got {iterations}.")


def scale_layers(
    net: nn.Block,
    batch: Batch,
    moment: Callable[[Layer], float],
    tolerance: float,
    iterations: int,
    growth: Callable[[Layer], float] = lambda _: 1.0,
) -> list[Calibration]:
    """Scale each trained weight until `moment` is 1 within the tolerance.

    A weight that does not reach it keeps the values that it had.

    Args:
        net: what holds the weights.
        batch: what `moment` is taken over.
        moment: of what a layer computes, relative to what it should be.
        tolerance: its distance from 1 that is good enough.
        iterations: how many scalings to try for a layer.
        growth: by which power of the weight's variance the moment grows, about.

    Raises:
        BadValueError: when no layer can be scaled.
    """
    with np.errstate(all="ignore"):  # what overflows is told, not warned of
        return [
            untouched(layer.path, layer.obstacle)
            if layer.obstacle
            else _scale(layer, moment, growth(layer), tolerance, iterations)
            for layer in given(net, batch.x)
        ]


def _scale(
    layer: Layer,
    moment: Callable[[Layer], float],
    growth: float,
    tolerance: float,
    iterations: int,
) -> Calibration:
    drawn, first = np.array(layer.weight.data()), moment(layer)
    factor, found = 1.0, first
    for done in range(iterations + 1):
        good = abs(found - 1) < tolerance
        why = "" if good else _obstacle(found, done, iterations)
        if good or why:
            break
        step = found ** (-0.5 / growth)
        layer.weight.set_data(np.asarray(layer.weight.data()) * step)
        factor *= step
        found = moment(layer)
    if good:
        return Calibration(layer.path, factor, done, found, good)
    layer.weight.set_data(drawn)
    if done:
        why += f": {factor:.3g} times as large, it came to {found:.4g}, so it keeps what was drawn"
    return Calibration(layer.path, 1.0, done, first, good, why)


def _obstacle(found: float, done: int, iterations: int) -> str:
    if found == 0:
        return "nothing comes out, whatever the scale"
    if not isfinite(found):
        return "what comes out is not finite"
    return f"{iterations} iterations did not reach it" if done == iterations else ""
