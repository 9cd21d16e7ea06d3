# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Layer normalization (Ba, Kiros and Hinton 2016) as one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import primitive

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["layer_norm"]


def _normalized(x: Any, axis: int, eps: float) -> tuple[Any, Any]:
    """Return x with mean 0 and variance 1 along `axis`, and the factor that made it so."""
    centred = x - np.mean(x, axis=axis, keepdims=True)
    factor = 1 / np.sqrt(np.mean(centred * centred, axis=axis, keepdims=True) + eps)
    return centred * factor, factor


def _along(v: Any, x: Any, axis: int) -> Any:
    """Return the vector `v` lying along `axis` of `x`."""
    return np.reshape(v, tuple(n if i == axis % x.ndim else 1 for i, n in enumerate(x.shape)))


def _layer_norm(x: Any, gamma: Any, beta: Any, axis: int = -1, eps: float = 1e-5) -> Any:
    """Return gamma (x - mean) / sqrt(variance + eps) + beta, with the moments along `axis`.

    Args:
        x: any shape.
        gamma: (n,) with n the length of the axis.
        beta: (n,).
        axis: what is normalized.
        eps: added to the biased variance, inside the root.

    >>> layer_norm(np.array([[1.0, 3.0]]), np.ones(2), np.zeros(2), eps=0.0)
    array([[-1.,  1.]])
    """
    return _normalized(x, axis, eps)[0] * _along(gamma, x, axis) + _along(beta, x, axis)


def _layer_norm_back(
    g: Any,
    y: Any,
    needs: Sequence[bool],
    x: Any,
    gamma: Any,
    beta: Any,
    axis: int = -1,
    eps: float = 1e-5,
) -> tuple[Any, ...]:
    z, factor = _normalized(x, axis, eps)
    others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    back = None
    if needs[0]:
        gz = g * _along(gamma, x, axis)
        mean = np.mean(gz, axis=axis, keepdims=True)
        back = factor * (gz - mean - z * np.mean(gz * z, axis=axis, keepdims=True))
    return (
        back,
        np.sum(g * z, axis=others) if needs[1] else None,
        np.sum(g, axis=others) if needs[2] else None,
    )


layer_norm = primitive(_layer_norm, joint=_layer_norm_back)
