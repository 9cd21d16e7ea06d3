# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""Long short-term memory (Hochreiter and Schmidhuber 1997, with Gers's forget gate), all steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive
from initlab.nd.activations import sigmoid
from initlab.nd.constants import ones
from initlab.nd.joining import split, stack
from initlab.nd.rnn import over_time
from initlab.nd.threads import product, single
from initlab.nd.trigonometric import tanh

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["lstm_steps"]


def _by_parts(x: Any, h: Any, c: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    """The definition, of tensors."""
    states = []
    for t in range(len(x)):
        z = np.matmul(x[t], Wx.T) + np.matmul(h, Wh.T) + b
        i, f, u, o = split(z, 4, axis=-1)
        c = sigmoid(f) * c + sigmoid(i) * tanh(u)
        h = sigmoid(o) * tanh(c)
        states.append(h)
    return stack([*states, c])


def _forward(
    x: Any, h: Any, c: Any, Wx: Any, Wh: Any, b: Any
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """The same in place; a step is one product [x h 1] [Wx Wh b]ᵀ and one tanh for all gates.

    For sigmoid(z) = 1/2 + tanh(z / 2) / 2. Keeps the gates i, f, u, o of each step, the cells
    before each and after the last, and the tanh of those after.
    """
    (times, n, inputs), width = x.shape, h.shape[1]
    y = np.empty((times + 1, n, width), np.result_type(x, Wx))
    gates, cells = np.empty((times, n, 4 * width), y.dtype), np.empty_like(y)
    tanhs, term = np.empty_like(y[1:]), np.empty_like(y[0])
    scale = _each_gate(n, width, (0.5, 0.5, 1, 0.5), y.dtype)
    shift = _each_gate(n, width, (0.5, 0.5, 0, 0.5), y.dtype)
    half = _each_gate(1, width, (0.5, 0.5, 1, 0.5), y.dtype)
    W = np.ascontiguousarray(np.concatenate([Wx.T, Wh.T, b[None]]) * half)
    seen = np.ones((n, len(W)), y.dtype)
    state, cells[0] = seen[:, inputs:-1], c
    state[...] = h
    with single():
        for t in range(times):
            seen[:, :inputs] = x[t]
            z = np.tanh(np.matmul(seen, W, out=gates[t]), out=gates[t])
            z *= scale
            z += shift
            i, f, u, o = _gates(z, width)
            cell = np.multiply(f, cells[t], out=cells[t + 1])
            cell += np.multiply(i, u, out=term)
            state[...] = np.multiply(o, np.tanh(cell, out=tanhs[t]), out=y[t])
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
    Wx: Any,
    Wh: Any,
    b: Any,
) -> tuple[Any, ...]:
    """Back through time; the gradients of weights and inputs are products over all steps."""
    gates, cells, tanhs = kept
    times, (n, width) = len(x), h.shape
    dzs, slope = np.empty_like(gates), np.empty_like(gates[0])
    dc, dh, steep = g[times], np.zeros_like(y[0]), np.empty_like(y[0])
    constant = _each_gate(n, width, (0, 0, 1, 0), y.dtype)
    linear = 1 - constant
    with single():
        for t in reversed(range(times)):
            (i, f, u, o), (di, df, du, do) = _gates(gates[t], width), _gates(dzs[t], width)
            dh += g[t]
            np.multiply(dh, tanhs[t], out=do)
            dh *= o
            np.multiply(tanhs[t], tanhs[t], out=steep)
            dh *= np.subtract(1, steep, out=steep)
            dc += dh
            np.multiply(dc, u, out=di)
            np.multiply(dc, cells[t], out=df)
            np.multiply(dc, i, out=du)
            dc *= f
            np.subtract(linear, gates[t], out=slope)
            slope *= gates[t]
            slope += constant  # y - y² of a sigmoid, 1 - y² of a tanh
            dzs[t] *= slope
            np.matmul(dzs[t], Wh, out=dh)
    flat = dzs.reshape(-1, 4 * width)
    return (
        product(flat, Wx).reshape(x.shape) if needs[0] else None,
        dh,
        dc,
        product(flat.T, x.reshape(-1, x.shape[2]), out[3]) if needs[3] else None,
        over_time(dzs, h, y, out[4]) if needs[4] else None,
        np.dot(ones(len(flat), flat.dtype), flat, out=out[5]) if needs[5] else None,
    )


def _gates(z: np.ndarray, width: int) -> tuple[np.ndarray, ...]:
    """Return the columns of i, f, u, o as views."""
    return tuple(z[:, k : k + width] for k in range(0, 4 * width, width))


def _each_gate(n: int, width: int, values: tuple[float, ...], dtype: Any) -> np.ndarray:
    """Return (n, 4 width) with one value for each gate."""
    return np.tile(np.repeat(np.array(values, dtype), width), (n, 1))


def _lstm(x: Any, h: Any, c: Any, Wx: Any, Wh: Any, b: Any) -> Any:
    return _forward(x, h, c, Wx, Wh, b)[0]


_lstm_primitive = primitive(_lstm, joint=composed(_by_parts), kernel=Kernel(_forward, _backward))


def lstm_steps(x: Any, h: Any, c: Any, Wx: Any, Wh: Any, b: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Return all states h[t] of an LSTM, the last of them, and the last cell.

    With z = Wx x[t] + Wh h[t - 1] + b in four parts for the gates i, f, o and the input u:
    c[t] = s(f) c[t - 1] + s(i) tanh(u) and h[t] = s(o) tanh(c[t]), s the sigmoid.

    Args:
        x: (t, n, inputs), time first as in Gluon.
        h: (n, width), the state before.
        c: (n, width), the cell before.
        Wx: (4 width, inputs), for i, f, u, o.
        Wh: (4 width, width).
        b: (4 width,).

    Returns:
        (t, n, width), (n, width), (n, width).

    >>> h, c = np.zeros((1, 1)), np.ones((1, 1))
    >>> zeros = np.zeros((4, 1))
    >>> _, _, last = lstm_steps(np.zeros((2, 1, 1)), h, c, zeros, zeros, zeros[:, 0])
    >>> last.tolist()
    [[0.25]]
    """
    y = _lstm_primitive(x, h, c, Wx, Wh, b)
    return y[:-1], y[-2], y[-1]
