"""Layer normalization by rows, there and back: `nd.layer_norm`'s formulas, a row at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.nd.compiled.exponential import F32, ROWS, VECTOR, kernel

__all__ = ["backward", "forward"]

f = np.float32


def forward(rows: Any, gamma: Any, beta: Any, eps: float) -> tuple[Any, Any, Any]:
    """Return gamma z + beta, z and its factor, for rows z with mean 0 and variance 1."""
    y, z, factor = np.empty_like(rows), np.empty_like(rows), np.empty(len(rows), f)
    _forward(rows, gamma, beta, f(eps), y, z, factor)
    return y, z, factor


def backward(g: Any, z: Any, factor: Any, gamma: Any, out: Any) -> tuple[Any, Any, Any]:
    """Return the gradients of rows, gamma and beta, the latter two in `out` where it is given."""
    back, (dgamma, dbeta) = np.empty_like(g), np.zeros((2, len(gamma)), f)
    _backward(g, z, factor, gamma, back, dgamma, dbeta)
    return back, np.add(dgamma, 0, out=out[0]), np.add(dbeta, 0, out=out[1])


@kernel(ROWS, VECTOR, VECTOR, F32, ROWS, ROWS, VECTOR)
def _forward(x: Any, gamma: Any, beta: Any, eps: Any, y: Any, z: Any, factor: Any) -> None:
    rows, n = x.shape
    for r in range(rows):
        total = f(0)
        for k in range(n):
            total += x[r, k]
        mean, squares = total / f(n), f(0)
        for k in range(n):
            centred = x[r, k] - mean
            squares += centred * centred
        scale = f(1) / np.sqrt(squares / f(n) + eps)
        factor[r] = scale
        for k in range(n):
            z[r, k] = (x[r, k] - mean) * scale
            y[r, k] = z[r, k] * gamma[k] + beta[k]


@kernel(ROWS, ROWS, VECTOR, VECTOR, ROWS, VECTOR, VECTOR)
def _backward(g: Any, z: Any, factor: Any, gamma: Any, back: Any, dgamma: Any, dbeta: Any) -> None:
    rows, n = g.shape
    for r in range(rows):
        mean = slope = f(0)
        for k in range(n):
            part = g[r, k] * gamma[k]
            mean += part
            slope += part * z[r, k]
        mean, slope = mean / f(n), slope / f(n)
        for k in range(n):
            dgamma[k] += g[r, k] * z[r, k]
            dbeta[k] += g[r, k]
            back[r, k] = factor[r] * (g[r, k] * gamma[k] - mean - z[r, k] * slope)
