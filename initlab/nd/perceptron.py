# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""A multilayer perceptron in one call: dense layers after each other, hₗ = f(Wₗ hₗ₋₁ + bₗ)."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive
from initlab.errors import ShapeError
from initlab.nd.constants import ones
from initlab.nd.dense import dense
from initlab.nd.perceptron_gradients import perceptron_gradients
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["perceptron"]


def perceptron(x: Any, *layers: Any, activations: Sequence[str | None]) -> Tensor:
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
    last: Tensor = _primitive(x, *layers, activations=activations)[-1]
    return last


def _forward(x: Any, *layers: Any, activations: Sequence[str | None]) -> tuple[Any, ...]:
    """Return every layer's values."""
    values = []
    try:
        for W, b, activation in zip(layers[::2], layers[1::2], activations, strict=True):
            x = product(x, W.T)
            if b is not None:
                x += b
            if activation is not None:
                ENDINGS[activation].apply(x)
            values.append(x)
    except ValueError:
        raise ShapeError(
            f"An input of shape {x.shape} does not fit a weight of shape {W.shape} with a bias "
            f"of shape {np.shape(b)}."
        ) from None
    return tuple(values)


def _layers(x: Any, *layers: Any, activations: Sequence[str | None]) -> tuple[Any, ...]:
    """The same, layer by layer."""
    values = [x]
    for W, b, activation in zip(layers[::2], layers[1::2], activations, strict=True):
        values.append(dense(values[-1], W, b, True, activation))
    return tuple(values[1:])


_by_layers = composed(_layers)


@wraps(_layers)  # what the values are made of, where each call is looked at
def _rule(
    g: Sequence[Any],
    y: Sequence[Any],
    needs: Sequence[bool],
    x: Any,
    *layers: Any,
    activations: Sequence[str | None],
) -> Sequence[Any]:
    """The gradients as values; those of inner values too, as third derivatives have, by layers."""
    *inner, last = g
    if last is None or any(part is not None for part in inner):
        return _by_layers(g, y, needs, x, *layers, activations=activations)
    arrays = x, *y, *layers[::2]
    return perceptron_gradients(last, *arrays, activations=activations, which=needs)


def _backward(
    g: Sequence[Any],
    y: Sequence[Any],
    kept: None,
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    *layers: Any,
    activations: Sequence[str | None],
) -> list[Any]:
    """In place, down to the first layer below which nothing is wanted."""
    parts: list[Any] = [None] * len(needs)
    first, rows, back = needs.index(True), ones(len(x), y[-1].dtype), None
    for i in reversed(range(len(activations))):
        if g[i] is not None:
            back = g[i] if back is None else np.add(back, g[i], out=back)
        if back is None:
            continue
        at = 2 * i + 1
        activation = activations[i]
        if activation is not None:
            ENDINGS[activation].pull(back, y[i])
        if needs[at]:
            parts[at] = product(back.T, y[i - 1] if i else x, out[at])
        if needs[at + 1]:
            parts[at + 1] = rows.dot(back, out[at + 1])
        if first >= at:
            return parts
        back = product(back, layers[at - 1])
    parts[0] = back
    return parts


_primitive = primitive(_forward, joint=_rule, kernel=Kernel(None, _backward), name="perceptron")
