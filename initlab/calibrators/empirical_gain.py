"""The gain of any activation, found on data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab import nn, theory
from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.layers import Layer, signals
from initlab.calibrators.scaling import check_patience, scale_layers

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.calibrators.batch import Batch

__all__ = ["EmpiricalGain"]


@dataclass(frozen=True)
class EmpiricalGain(Calibrator):
    """Scale each weight until what leaves its activation has the second moment that theory wants.

    That is E f(z)^2 for z ~ N(0, 1), f the layer's own activation, so any activation has a scale
    that it reaches: the empirical counterpart of `initlab.theory.forward_gain`, in the manner of
    Mishkin & Matas (2016), but measured behind the activation, where the next layer looks. A weight
    that does not come there keeps what was drawn.

    Args:
        tolerance: the relative distance that is good enough.
        iterations: how many scalings to try for a layer.
    """

    base: ClassVar[str] = "lecun"
    tolerance: float = 0.01
    iterations: int = 30

    def __post_init__(self) -> None:
        check_patience(self.tolerance, self.iterations)

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Scale every weight that is a matrix (or kernel), in the order of the forward pass.

        Raises:
            BadValueError: when no layer can be scaled.
        """

        def relative(layer: Layer) -> float:
            a = signals(net, batch.x, layer).after
            found = float("nan") if a is None else float(np.mean(np.square(a, dtype=np.float64)))
            return found / _wanted(layer)

        return scale_layers(net, batch, relative, self.tolerance, self.iterations, _growth)


def _wanted(layer: Layer) -> float:
    return theory.second_moment(_function(layer))


def _growth(layer: Layer) -> float:
    """Return how E f(z)^2 grows with Var z, kept away from 0, where no scale would change it."""
    return max(theory.moment_growth(_function(layer)) / _wanted(layer), 0.1)


def _function(layer: Layer) -> Callable[[Any], Any]:
    if isinstance(layer.activation, nn.Activation):
        return layer.activation.function
    return layer.activation.forward if layer.activation else np.positive
