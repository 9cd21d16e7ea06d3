# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""Long short-term memory (Hochreiter and Schmidhuber 1997, with Gers's forget gate), all steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive
from initlab.nd.activations import sigmoid
from initlab.nd.joining import split, stack
from initlab.nd.rnn import over_time
from initlab.nd.trigonometric import tanh

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["lstm_steps"]


def _by_parts(x: Any, h: Any, c: Any, W: Any) -> Any:
    """The definition, of tensors."""
    states = []
    for t in range(len(x)):
        i, f, u, o = split(x[t] + np.matmul(h, W.T), 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * tanh(u)
        h = sigmoid(o) * tanh(c)
        states.append(h)
    return stack([*states, c])


def _forward(x: Any, h: Any, c: Any, W: Any) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """The same in place; all four gates by one tanh, as sigmoid(z) = 1/2 + tanh(z / 2) / 2.

    Keeps the gates i, f, u, o (t, n, 4 width), the cells before each step and after the last
    (t + 1, n, width) and the tanh of those after (t, n, width).
    """
    times, (n, width) = len(x), h.shape
    y = np.empty((times + 1, n, width), np.result_type(x, W))
    gates, cells, tanhs = np.empty(x.shape, y.dtype), np.empty_like(y), np.empty_like(y[1:])
    scale, shift = (
        _each_gate(n, width, (0.5, 0.5, 1, 0.5), y.dtype),
        _each_gate(n, width, (0.5, 0.5, 0, 0.5), y.dtype),
    )
    columns, term, cells[0] = np.ascontiguousarray(W.T), np.empty_like(y[0]), c
    for t in range(times):
        z, cell = gates[t], cells[t + 1]
        np.matmul(h, columns, out=z)
        z += x[t]
        z *= scale
        np.tanh(z, out=z)
        z *= scale
        z += shift
        i, f, u, o = _gates(z, width)
        np.multiply(f, cells[t], out=cell)
        np.multiply(i, u, out=term)
        cell += term
        np.tanh(cell, out=tanhs[t])
        h = np.multiply(o, tanhs[t], out=y[t])
    y[times] = cells[times]
    return y, (gates, cells, tanhs)


def _backward(
    g: Any,
    y: Any,
    kept: tuple[np.ndarray, ...],
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    h: Any,
    c: Any,
    W: Any,
) -> tuple[Any, ...]:
    """Back through time; W's gradient is one product over all steps."""
    gates, cells, tanhs = kept
    times, width = len(x), h.shape[-1]
    dx, dc, dh = np.empty_like(gates), g[times], np.zeros_like(g[0])
    slope, steep = np.empty_like(gates[0]), np.empty_like(dh)
    ones = _each_gate(len(h), width, (0, 0, 1, 0), y.dtype)
    linear = 1 - ones
    for t in reversed(range(times)):
        (i, f, u, o), dz = _gates(gates[t], width), dx[t]
        di, df, du, do = _gates(dz, width)
        dh += g[t]
        np.multiply(dh, tanhs[t], out=do)
        dh *= o
        np.multiply(tanhs[t], tanhs[t], out=steep)
        np.subtract(1, steep, out=steep)
        dh *= steep
        dc += dh
        np.multiply(dc, u, out=di)
        np.multiply(dc, cells[t], out=df)
        np.multiply(dc, i, out=du)
        np.subtract(linear, gates[t], out=slope)
        slope *= gates[t]
        slope += ones
        dz *= slope
        dc *= f
        np.matmul(dz, W, out=dh)
    return dx, dh, dc, over_time(dx, h, y, out[3]) if needs[3] else None


def _gates(z: np.ndarray, width: int) -> tuple[np.ndarray, ...]:
    """Return the four columns of i, f, u, o as views."""
    return tuple(z[:, k : k + width] for k in range(0, 4 * width, width))


def _each_gate(n: int, width: int, values: tuple[float, ...], dtype: Any) -> np.ndarray:
    """Return (n, 4 width) with one value for each gate."""
    return np.tile(np.repeat(np.array(values, dtype), width), (n, 1))


def _lstm(x: Any, h: Any, c: Any, W: Any) -> Any:
    return _forward(x, h, c, W)[0]


_lstm_primitive = primitive(_lstm, joint=composed(_by_parts), kernel=Kernel(_forward, _backward))


def lstm_steps(x: Any, h: Any, c: Any, W: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Return all states h[t] of an LSTM, the last of them, and the last cell.

    With z = x[t] + h[t - 1] Wᵀ in four parts for the gates i, f, o and the input u:
    c[t] = s(f) c[t - 1] + s(i) tanh(u) and h[t] = s(o) tanh(c[t]), s the sigmoid.

    Args:
        x: (t, n, 4 width), the projected input with the biases, for i, f, u, o.
        h: (n, width), the state before.
        c: (n, width), the cell before.
        W: (4 width, width).

    Returns:
        (t, n, width), (n, width), (n, width).

    >>> h, c = np.zeros((1, 1)), np.ones((1, 1))
    >>> _, _, last = lstm_steps(np.zeros((2, 1, 4)), h, c, np.zeros((4, 1)))
    >>> last.tolist()
    [[0.25]]
    """
    y = _lstm_primitive(x, h, c, W)
    return y[:-1], y[-2], y[-1]
