# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""A multilayer perceptron in one call: dense layers after each other, hₗ = f(Wₗ hₗ₋₁ + bₗ)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, composed, primitive
from initlab.errors import ShapeError
from initlab.nd.constants import ones
from initlab.nd.dense import dense
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["perceptron"]


def _perceptron(x: Any, *layers: Any, activations: Sequence[str | None]) -> Any:
    """Return the last layer's values.

    Args:
        x: (n, in).
        layers: W, b, W, b, ...: each W (out, in), each b (out,) or None.
        activations: each layer's f by its name in `ENDINGS`, or None.

    Raises:
        ShapeError: when a layer does not fit what it is given.

    >>> perceptron(np.array([[1.0]]), np.array([[2.0]]), None, np.array([[3.0]]), np.array([4.0]),
    ...            activations=(None, None))
    array([[10.]])
    """
    return _forward(x, *layers, activations=activations)[0]


def _forward(x: Any, *layers: Any, activations: Sequence[str | None]) -> tuple[Any, list[Any]]:
    """Keep what every layer is given, and the values at the end."""
    kept = [x]
    try:
        for W, b, activation in zip(layers[::2], layers[1::2], activations, strict=True):
            x = product(x, W.T)
            if b is not None:
                x += b
            if activation is not None:
                ENDINGS[activation].apply(x)
            kept.append(x)
    except ValueError:
        raise ShapeError(
            f"An input of shape {x.shape} does not fit a weight of shape {W.shape} with a bias "
            f"of shape {np.shape(b)}."
        ) from None
    return x, kept


def _layers(x: Any, *layers: Any, activations: Sequence[str | None]) -> Any:
    """The same, layer by layer."""
    for W, b, activation in zip(layers[::2], layers[1::2], activations, strict=True):
        x = dense(x, W, b, True, activation)
    return x


def _backward(
    g: Any,
    y: Any,
    kept: list[Any],
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    *layers: Any,
    activations: Sequence[str | None],
) -> list[Any]:
    """In place, down to the first layer below which nothing is wanted."""
    parts: list[Any] = [None] * len(needs)
    first, rows = needs.index(True), ones(len(x), g.dtype)
    for i in reversed(range(len(activations))):
        at = 2 * i + 1
        activation = activations[i]
        if activation is not None:
            ENDINGS[activation].pull(g, kept[i + 1])
        if needs[at]:
            parts[at] = product(g.T, kept[i], out[at])
        if needs[at + 1]:
            parts[at + 1] = rows.dot(g, out[at + 1])
        if first >= at:
            return parts
        g = product(g, layers[at - 1])
    parts[0] = g
    return parts


perceptron = primitive(_perceptron, joint=composed(_layers), kernel=Kernel(_forward, _backward))
