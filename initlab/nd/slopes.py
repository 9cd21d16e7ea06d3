"""Activations whose slope follows from their value, in place: what a layer can end in."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab.nd.constants import ONE, ZERO

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["ENDINGS", "Ending"]


class Ending(NamedTuple):
    """An activation f that overwrites its argument, and its slope f' as a function of y = f(z).

    Attributes:
        apply: `apply(z)` makes z f(z).
        slope: `slope(y)` returns f', a tensor of a tensor.
        pull: `pull(g, y)` makes g the gradient g f'.
        bend: `bend(y)` returns the derivative of `slope` by y; None where it is 0.
    """

    apply: Callable[[np.ndarray], Any]
    slope: Callable[[Any], Any]
    pull: Callable[[np.ndarray, np.ndarray], Any]
    bend: Callable[[np.ndarray], Any] | None


def _relu(z: np.ndarray) -> None:
    np.maximum(z, ZERO, out=z)


def _relu_pull(g: np.ndarray, y: np.ndarray) -> None:
    np.multiply(g, y > ZERO, out=g)


def _tanh(z: np.ndarray) -> None:
    np.tanh(z, out=z)


def _tanh_pull(g: np.ndarray, y: np.ndarray) -> None:
    slope = np.multiply(y, y)
    np.subtract(ONE, slope, out=slope)
    np.multiply(g, slope, out=g)


def _sigmoid(z: np.ndarray) -> None:
    """1 / (1 + e^-x); where e^-x overflows, 1 / inf is the 0 that it should be."""
    with np.errstate(over="ignore"):
        np.exp(np.negative(z, out=z), out=z)
    np.add(z, ONE, out=z)
    np.divide(ONE, z, out=z)


def _sigmoid_pull(g: np.ndarray, y: np.ndarray) -> None:
    slope = np.subtract(ONE, y)
    np.multiply(slope, y, out=slope)
    np.multiply(g, slope, out=g)


ENDINGS: Mapping[str, Ending] = MappingProxyType(
    {
        "relu": Ending(_relu, lambda y: y > 0, _relu_pull, None),
        "tanh": Ending(_tanh, lambda y: 1 - y * y, _tanh_pull, lambda y: -2 * y),
        "sigmoid": Ending(_sigmoid, lambda y: y * (1 - y), _sigmoid_pull, lambda y: 1 - 2 * y),
    }
)
