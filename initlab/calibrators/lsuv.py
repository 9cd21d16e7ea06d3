"""Layer-sequential unit-variance initialization."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor
from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.errors import BadValueError
from initlab.nn import Activation, Block
from initlab.tree import blocks, parameters

if TYPE_CHECKING:
    from initlab.tree import Parameter

__all__ = ["LSUV"]


@dataclass(frozen=True)
class LSUV(Calibrator):
    """Scale each weight, layer after layer, until its pre-activations have unit variance.

    Mishkin & Matas, "All you need is a good init" (2016): W <- W / sqrt(Var(z)) until
    |Var(z) - 1| < tolerance. Without bias a single division is exact.

    Args:
        tolerance: the distance from variance 1 that is good enough.
        iterations: how many divisions to try for a layer.
    """

    tolerance: float = 0.1
    iterations: int = 10

    def __post_init__(self) -> None:
        if not self.tolerance > 0:
            raise BadValueError(f"tolerance must be positive, got {self.tolerance}.")
        if self.iterations < 1:
            raise BadValueError(f"iterations must be at least 1, got {self.iterations}.")

    def calibrate(self, net: Block, x: np.ndarray) -> list[Calibration]:
        """Scale every weight that is a matrix (or kernel), in the order of the forward pass."""
        tree = blocks(net)
        return [
            self._scale(net, x, path, parameter, tree[path.rpartition(".")[0]])
            for path, parameter in parameters(net).items()
            if parameter.spec.role == "weight" and len(parameter.spec.shape) > 1
        ]

    def _scale(
        self, net: Block, x: np.ndarray, path: str, parameter: Parameter, layer: Block
    ) -> Calibration:
        factor, variance = 1.0, _variance(net, x, layer)
        for done in range(self.iterations + 1):
            good = abs(variance - 1) < self.tolerance
            if good or done == self.iterations or not 0 < variance < float("inf"):
                break
            parameter.set_data(np.asarray(parameter.data()) / sqrt(variance))
            factor /= sqrt(variance)
            variance = _variance(net, x, layer)
        return Calibration(path, factor, done, variance, good)


def _variance(net: Block, x: np.ndarray, layer: Block) -> float:
    """Return the variance of the layer's output, before the activation that it may contain."""
    seen: list[np.ndarray] = []
    inner = [child for child in layer.children.values() if isinstance(child, Activation)]
    if inner:
        hook = inner[0].register_forward_pre_hook(partial(_keep_input, seen))
    else:
        hook = layer.register_forward_hook(partial(_keep_output, seen))
    with hook, autograd.pause(train_mode=False), np.errstate(all="ignore"):
        net(Tensor(x))
        return float(np.var(seen[-1], dtype=np.float64)) if seen else float("nan")


def _keep_input(seen: list[np.ndarray], _block: Block, inputs: tuple[Tensor, ...]) -> None:
    seen.append(np.asarray(inputs[0]))


def _keep_output(seen: list[np.ndarray], _block: Block, _inputs: object, output: Tensor) -> None:
    seen.append(np.asarray(output))
