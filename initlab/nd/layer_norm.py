# ruff: noqa: ARG001 - a rule is called with (g, y, *args) and names what it does not need
"""Layer normalization (Ba, Kiros and Hinton 2016) as one call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, primitive
from initlab.nd.compiled import compiled
from initlab.nd.constants import ones

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
    return _forward(x, gamma, beta, axis, eps)[0]


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


def _rows(x: np.ndarray, axis: int) -> np.ndarray:
    """Return x as a matrix whose rows lie along `axis`."""
    return np.moveaxis(x, axis, -1).reshape(-1, x.shape[axis])


def _back(rows: np.ndarray, like: np.ndarray, axis: int) -> np.ndarray:
    """Return rows as an array of the shape of `like`."""
    return np.moveaxis(rows.reshape(np.moveaxis(like, axis, -1).shape), -1, axis)


def _forward(
    x: Any, gamma: Any, beta: Any, axis: int = -1, eps: float = 1e-5
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The same by rows; keeps z, x with mean 0 and variance 1, and its factor."""
    rows = _rows(x, axis)
    way = compiled("layer_norm", rows, gamma, beta) or BY_NUMPY
    y, z, factor = way.forward(rows, gamma, beta, eps)
    return _back(y, x, axis), (z, factor)


def _rows_forward(rows: Any, gamma: Any, beta: Any, eps: float) -> tuple[Any, Any, Any]:
    """Return gamma z + beta, z and its factor; sums are products."""
    n = rows.shape[1]
    z = rows - (rows @ ones(n, rows.dtype) / n)[:, None]
    factor = 1 / np.sqrt(np.einsum("ij,ij->i", z, z) / n + eps, dtype=z.dtype)
    z *= factor[:, None]
    y = z * gamma
    y += beta
    return y, z, factor


def _backward(
    g: Any,
    y: Any,
    kept: tuple[np.ndarray, np.ndarray],
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    gamma: Any,
    beta: Any,
    axis: int = -1,
    eps: float = 1e-5,
) -> tuple[Any, ...]:
    """The rule above by rows."""
    rows = _rows(g, axis)
    way = compiled("layer_norm", rows, gamma, *kept) or BY_NUMPY
    back, dgamma, dbeta = way.backward(rows, *kept, gamma, out[1:])
    return _back(back, x, axis), dgamma, dbeta


def _rows_backward(
    g: np.ndarray, z: np.ndarray, factor: np.ndarray, gamma: Any, out: Sequence[Any]
) -> tuple[Any, Any, Any]:
    """Return the gradients of rows, gamma and beta; sums are products."""
    over, n = ones(len(g), g.dtype), g.shape[1]
    gz = g * z
    dgamma, dbeta = np.dot(over, gz, out=out[0]), np.dot(over, g, out=out[1])
    mean, slope = g @ gamma / n, gz @ gamma / n
    back = np.multiply(g, gamma, out=gz)
    back -= mean[:, None]
    back -= z * slope[:, None]
    back *= factor[:, None]
    return back, dgamma, dbeta


BY_NUMPY = SimpleNamespace(forward=_rows_forward, backward=_rows_backward)


layer_norm = primitive(_layer_norm, joint=_layer_norm_back, kernel=Kernel(_forward, _backward))
