"""A perceptron's value and gradients as two lists of calls."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.nd.constants import ones
from initlab.nd.mkl import WORTH
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["Layer", "Perceptron"]


class Layer(NamedTuple):
    """The live arrays of f(x Wᵀ + b) and of its gradients.

    Attributes:
        weight: W, (out, in).
        bias: b, (out,), or None.
        weight_gradient: where the gradient of W is written; None where none is wanted.
        bias_gradient: likewise that of b.
        activation: f by its name in `ENDINGS`, or None.
    """

    weight: np.ndarray
    bias: np.ndarray | None
    weight_gradient: np.ndarray | None
    bias_gradient: np.ndarray | None
    activation: str | None


class Perceptron:
    """hₗ = f(Wₗ hₗ₋₁ + bₗ) for `rows` samples, all arrays of one dtype, and its gradients.

    Attributes:
        output: (rows, out), the last layer's values.
        gradient: (rows, out), to be filled before the way back, which overwrites it.

    >>> W, dW = np.array([[2.0]]), np.empty((1, 1))
    >>> net = Perceptron(1, [Layer(W, None, dW, None, None)])
    >>> net.forward(np.array([[3.0]]))
    >>> net.gradient[:] = 1
    >>> net.backward()
    >>> net.output, dW
    (array([[6.]]), array([[3.]]))
    """

    def __init__(self, rows: int, layers: Sequence[Layer]) -> None:
        W, _, self._dW, *_ = layers[0]
        self._values = [np.empty((rows, len(layer.weight)), W.dtype) for layer in layers]
        self._slopes = _in_turns(self._values)
        self.output, self.gradient = self._values[-1], self._slopes[-1]
        self._product, self._Wt = _product(rows, *W.shape), W.T
        self._onward = list(self._forward(layers))
        self._back = list(self._backward(layers))

    def _forward(self, layers: Sequence[Layer]) -> Iterator[Callable[[], Any]]:
        """Yield the calls behind the first product, whose input is another at every pass."""
        below = None
        for (W, b, *_, activation), h in zip(layers, self._values, strict=True):
            if below is not None:
                yield partial(_product(len(h), *W.shape), below, W.T, h)
            if b is not None:
                yield partial(np.add, h, b, h)
            if activation is not None:
                yield partial(ENDINGS[activation].apply, h)
            below = h

    def _backward(self, layers: Sequence[Layer]) -> Iterator[Callable[[], Any]]:
        """Yield the calls down to the lowest layer with a gradient, but for the first one's dW."""
        lowest = min(i for i, layer in enumerate(layers) if _learns(layer))
        rows = ones(len(self.output), self.output.dtype)
        for i in reversed(range(lowest, len(layers))):
            (W, _, dW, db, activation), g = layers[i], self._slopes[i]
            if activation is not None:
                yield partial(ENDINGS[activation].pull, g, self._values[i])
            if i and dW is not None:
                yield partial(_product(len(g), *W.shape), g.T, self._values[i - 1], dW)
            if db is not None:
                yield partial(rows.dot, g, db)
            if i > lowest:
                yield partial(_product(len(g), *W.shape), g, W, self._slopes[i - 1])

    def forward(self, x: np.ndarray) -> None:
        """Fill `output` from x, (rows, in)."""
        self._x = x
        self._product(x, self._Wt, self._values[0])
        for call in self._onward:
            call()

    def backward(self) -> None:
        """Write the gradients of the layers, from that of the output of the last pass."""
        for call in self._back:
            call()
        if self._dW is not None:
            self._product(self._slopes[0].T, self._x, self._dW)
        del self._x


def _product(rows: int, outputs: int, inputs: int) -> Callable[[Any, Any, Any], Any]:
    """Return what writes a layer's products as `product` does, which hands small ones to NumPy."""
    return np.ndarray.dot if rows * outputs * inputs < WORTH else product


def _learns(layer: Layer) -> bool:
    return layer.weight_gradient is not None or layer.bias_gradient is not None


def _in_turns(values: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return an array like each value, neighbours in different memory: two of them live at once."""
    memory = np.empty((2, max(h.size for h in values)), values[0].dtype)
    return [memory[i % 2, : h.size].reshape(h.shape) for i, h in enumerate(values)]
