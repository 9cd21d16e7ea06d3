"""Units alike within layers, and layers that learn at one rate."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor
from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.layers import Layer, given
from initlab.calibrators.units import standardize_units
from initlab.errors import BadValueError
from initlab.tree import blocks, parameters

if TYPE_CHECKING:
    from initlab.calibrators.batch import Batch
    from initlab.nn import Block

__all__ = ["Krahenbuhl", "layer_rates"]

HOMOGENEOUS = ("None", "Activation(relu)", "Activation(leaky_relu)", "Activation(identity)")
SAME = 1e-3  # of the largest output: what rounding may change


@dataclass(frozen=True)
class Krahenbuhl(Calibrator):
    """Standardize units, then let layers learn at one rate, relative to their weights.

    Kraehenbuehl et al., "Data-dependent initializations of convolutional neural networks" (2015).
    Within: each unit gets mean 0 and variance 1 over the batch. Between: with C_k the root mean
    square of a layer's gradient over that of its weights, for random output gradients, W_k <- W_k
    (C_k / C)^(alpha/2), C their geometric mean. The factors' product is 1, so the net's function
    stays if layers follow one another, all are trained, nothing else has parameters but an
    embedding, and activations are relu, leaky_relu or none; elsewhere this step is not done, or
    undone, and said.

    Args:
        iterations: of the step between layers.
        alpha: its damping.
        spread: the largest ratio of two layers' rates that is good enough.
        parts: into how many the batch falls, whose gradients are averaged in the square.
    """

    base: ClassVar[str] = "normal"
    iterations: int = 20
    alpha: float = 0.25
    spread: float = 1.1
    parts: int = 8

    def __post_init__(self) -> None:
        if self.iterations < 0 or self.parts < 1 or not (0 < self.alpha <= 1 <= self.spread):
            raise BadValueError(
                "krahenbuhl needs iterations of at least 0, alpha in (0, 1], a spread of at least "
                f"1 and at least 1 part, got iterations={self.iterations}, alpha={self.alpha}, "
                f"spread={self.spread}, parts={self.parts}."
            )

    def calibrate(self, net: Block, batch: Batch) -> list[Calibration]:
        """Scale the units of every weight and set biases, then scale the layers.

        Raises:
            BadValueError: when no layer can be standardized.
        """
        within = standardize_units(net, batch, tolerance=1e-3)
        chain = given(net, batch.x)
        obstacle = _obstacle(net, chain)
        if not all(done.converged for done in within):
            obstacle = obstacle or "units of another layer are not standardized"
        return _stopped(within, obstacle) if obstacle else self._between(net, batch, chain, within)

    def _between(
        self, net: Block, batch: Batch, chain: list[Layer], within: list[Calibration]
    ) -> list[Calibration]:
        factors = np.ones(len(chain))
        held = [p for layer in chain for p in (layer.weight, layer.bias) if p is not None]
        values, outputs = [np.array(p.data()) for p in held], _outputs(net, batch)
        for done in range(self.iterations + 1):
            rates = layer_rates(net, batch, chain, self.parts)
            reached = float(rates.max() / rates.min())
            good = reached <= self.spread
            if good or done == self.iterations or not np.isfinite(reached):
                break
            r = (rates / np.exp(np.log(rates).mean())) ** (self.alpha / 2)
            _rescale(chain, r)
            factors *= r
        if not np.abs(_outputs(net, batch) - outputs).max() <= SAME * np.abs(outputs).max():
            for parameter, value in zip(held, values, strict=True):
                parameter.set_data(value)
            return _stopped(within, "its outputs would change: layers do not follow one another")
        why = "" if good else f"rates still differ by a factor {reached:.3g}"
        return [
            replace(
                d, factor=d.factor * float(m), iterations=1 + done, reached=reached,
                converged=good, why=why,
            )
            for d, m in zip(within, factors, strict=True)
        ]  # fmt: skip


def layer_rates(net: Block, batch: Batch, chain: list[Layer], parts: int) -> np.ndarray:
    """Return each layer's root mean square gradient over that of its weights.

    The output's gradients are random, N(0, 1); the square is averaged over parts of the batch.
    """
    weights = [layer.weight.data() for layer in chain]
    rng = batch.generator()
    squares = np.zeros(len(chain))
    pieces = [piece for piece in np.array_split(batch.x, parts) if len(piece)]
    for piece in pieces:
        with autograd.record(train_mode=False):
            output = net(Tensor(piece))
        noise = rng.standard_normal(output.shape).astype(output.dtype)
        found = autograd.grad(output, weights, noise, train_mode=False)
        squares += [np.mean(np.square(np.asarray(g), dtype=np.float64)) for g in found]
    sizes = [np.mean(np.square(np.asarray(w), dtype=np.float64)) for w in weights]
    return np.asarray(np.sqrt(squares / len(pieces) / np.array(sizes)))


def _rescale(chain: list[Layer], r: np.ndarray) -> None:
    for layer, factor, signal in zip(chain, r, np.cumprod(r), strict=True):
        layer.weight.set_data(np.asarray(layer.weight.data()) * factor)
        if layer.bias is not None:  # it is added to what all layers so far have scaled
            layer.bias.set_data(np.asarray(layer.bias.data()) * signal)


def _outputs(net: Block, batch: Batch) -> np.ndarray:
    with autograd.pause(train_mode=False), np.errstate(all="ignore"):
        return np.asarray(net(Tensor(batch.x)), np.float64)


def _stopped(within: list[Calibration], why: str) -> list[Calibration]:
    return [replace(done, converged=False, why=done.why or why) for done in within]


def _obstacle(net: Block, chain: list[Layer]) -> str:
    """Return why factors along the chain would change the net's function, as far as it shows."""
    for layer in chain:
        if layer.obstacle:
            return f"of {layer.path}, {layer.obstacle}"
        if str(layer.activation) not in HOMOGENEOUS:
            return f"{layer.activation} is not homogeneous, so layers cannot be rescaled"
    if branch := next((path for path, block in blocks(net).items() if block.adds), None):
        return f"{branch} adds a branch, so layers cannot be rescaled"
    scaled = {path for layer in chain for path in (layer.path, *layer.also)}
    for path, parameter in parameters(net).items():
        if path not in scaled and parameter.role != "embedding":
            return f"{path} would not be rescaled with the layers"
    return ""
