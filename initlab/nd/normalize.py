# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Normalization by the moments over some axes, then a gain and a bias along another, as one call.

Over all axes but the channels' it is batch normalization (Ioffe & Szegedy 2015), over a sample's
pixels instance normalization (Ulyanov et al. 2016), over a group of channels group normalization
(Wu & He 2018).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, primitive, unwrap

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["moments", "normalize"]

Axes = tuple[int, ...]


def moments(x: Any, over: Axes) -> tuple[np.ndarray, np.ndarray]:
    """Return mean and biased variance over axes, which keep length 1; nothing is recorded.

    >>> moments(np.array([[1.0, 3.0]]), (1,))
    (array([[2.]]), array([[1.]]))
    """
    array = unwrap(x)
    mean = array.mean(over, keepdims=True)
    return mean, np.square(array - mean).mean(over, keepdims=True)


def _standardized(x: Any, mean: Any, factor: Any, over: Axes, eps: float) -> tuple[Any, Any]:
    """Return (x - mean) factor, and the factor; from x itself where that is to be recorded."""
    if type(x) is Tensor:
        mean = np.mean(x, axis=over, keepdims=True)
        factor = 1 / np.sqrt(np.mean(np.square(x - mean), axis=over, keepdims=True) + eps)
    return (x - mean) * factor, factor


def _along(v: Any, x: Any, axis: int) -> Any:
    """Return the vector `v` lying along `axis` of `x`."""
    return np.reshape(v, tuple(n if i == axis else 1 for i, n in enumerate(x.shape)))


def _normalize(
    x: Any, gamma: Any, beta: Any, mean: Any, factor: Any, over: Axes, along: int, eps: float
) -> Any:
    y = x - mean
    y *= factor
    y *= _along(gamma, x, along)
    y += _along(beta, x, along)
    return y


def _normalize_back(
    g: Any,
    y: Any,
    needs: Sequence[bool],
    x: Any,
    gamma: Any,
    beta: Any,
    mean: Any,
    factor: Any,
    over: Axes,
    along: int,
    eps: float,
) -> tuple[Any, ...]:
    z, factor = _standardized(x, mean, factor, over, eps)
    others = tuple(i for i in range(x.ndim) if i != along)
    back = None
    if needs[0]:
        gz = g * _along(gamma, x, along)
        slope = np.mean(gz * z, axis=over, keepdims=True)
        back = factor * (gz - np.mean(gz, axis=over, keepdims=True) - z * slope)
    return (
        back,
        np.sum(g * z, axis=others) if needs[1] else None,
        np.sum(g, axis=others) if needs[2] else None,
        *[None] * 5,
    )


_normalize_primitive = primitive(_normalize, joint=_normalize_back)


def normalize(
    x: Any,
    gamma: Any,
    beta: Any,
    over: Axes,
    along: int,
    eps: float = 1e-5,
    known: tuple[np.ndarray, np.ndarray] | None = None,
) -> Tensor:
    """Return gamma (x - mean) / sqrt(variance + eps) + beta.

    Args:
        x: any shape.
        gamma: one value for each place along `along`.
        beta: likewise.
        over: the axes, not negative, over which mean and biased variance are taken.
        along: the axis, not negative, along which gamma and beta lie.
        eps: added to the variance, inside the root.
        known: the `moments` of x over these axes, where they are needed elsewhere too.

    >>> normalize(np.array([[1.0], [3.0]]), np.ones(1), np.zeros(1), (0,), 1, eps=0.0)
    array([[-1.],
           [ 1.]])
    """
    mean, variance = known or moments(x, over)
    return _normalize_primitive(x, gamma, beta, mean, 1 / np.sqrt(variance + eps), over, along, eps)
