# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""Long short-term memory (Hochreiter and Schmidhuber 1997, with Gers's forget gate), all steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive
from initlab.nd.activations import sigmoid
from initlab.nd.compiled import compiled
from initlab.nd.constants import ones
from initlab.nd.joining import split, stack
from initlab.nd.lstm_step import LstmStep, each_gate
from initlab.nd.rnn import over_time
from initlab.nd.threads import product, single
from initlab.nd.trigonometric import tanh

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["lstm_steps"]

BLOCK = 64


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
    """The same in place: the inputs' product for all steps, then each with what `LstmStep` does.

    Keeps the gates i, f, u, o of each step, the cells before each and after the last, and the tanh
    of those after.
    """
    (times, n, inputs), width = x.shape, h.shape[1]
    y = np.empty((times + 1, n, width), np.result_type(x, Wx))
    gates, cells = np.empty((times, n, 4 * width), y.dtype), np.empty_like(y)
    half = each_gate(1, width, (0.5, 0.5, 1, 0.5), y.dtype)
    product(x.reshape(-1, inputs), Wx.T * half, gates.reshape(-1, 4 * width))
    gates += b * half[0]
    W = _blocks(Wh.T * half)
    recurrent = np.empty((len(W), n, W.shape[2]), y.dtype)
    tanhs = np.empty_like(y[1:])
    step = (compiled("lstm", gates) or LstmStep(n, width, y.dtype)).forward
    cells[0] = c
    with single():
        for t in range(times):
            np.matmul(h, W, out=recurrent)
            blocks = gates[t].reshape(n, len(W), W.shape[2])
            blocks += recurrent.swapaxes(0, 1)
            step(gates[t], cells[t], cells[t + 1], tanhs[t], y[t])
            h = y[t]
    y[times] = cells[times]
    return y, (gates, cells, tanhs)


def _blocks(W: np.ndarray) -> np.ndarray:
    """Return the columns of W in blocks: BLAS needs a third less for products so small."""
    count = W.shape[1] // BLOCK if W.shape[1] % BLOCK == 0 else 1
    return np.ascontiguousarray(W.reshape(len(W), count, -1).swapaxes(0, 1))


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
    g, dzs, dh = np.ascontiguousarray(g), np.empty_like(gates), np.zeros_like(y[0])
    dc, step = g[times], (compiled("lstm", gates) or LstmStep(n, width, y.dtype)).backward
    with single():
        for t in reversed(range(times)):
            step(g[t], dh, dc, gates[t], cells[t], tanhs[t], dzs[t])
            product(dzs[t], Wh, dh)
    flat = dzs.reshape(-1, 4 * width)
    return (
        product(flat, Wx).reshape(x.shape) if needs[0] else None,
        dh,
        dc,
        product(flat.T, x.reshape(-1, x.shape[2]), out[3]) if needs[3] else None,
        over_time(dzs, h, y, out[4]) if needs[4] else None,
        np.dot(ones(len(flat), flat.dtype), flat, out=out[5]) if needs[5] else None,
    )


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
