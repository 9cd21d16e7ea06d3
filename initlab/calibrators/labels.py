"""Labels as a last layer is to give them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.calibrators.layers import Layer

__all__ = ["as_numbers", "labels_obstacle"]


def labels_obstacle(layer: Layer, y: NDArray[Any]) -> str:
    """Return why a last layer cannot follow the labels, or nothing."""
    units = layer.weight.spec.outputs
    if layer.obstacle:
        return layer.obstacle
    if y.dtype.kind == "f":
        return (
            "" if y.size % units == 0 else f"labels of shape {y.shape} do not fit {units} outputs"
        )
    least, top = int(y.min()), int(y.max())
    if least < 0:
        return f"label {least} is no class"
    return "" if top < units else f"label {top} is beyond its {units} outputs"


def as_numbers(y: NDArray[Any], units: int) -> NDArray[np.float64]:
    """Return targets, a sample a row; classes as the unit vectors."""
    rows = y.reshape(-1, units) if y.dtype.kind == "f" else np.eye(units)[y.ravel()]
    return rows.astype(np.float64)
