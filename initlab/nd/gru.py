# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""The gated recurrent unit (Cho et al. 2014, with the reset gate as cuDNN has it), all steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive
from initlab.nd.activations import sigmoid
from initlab.nd.joining import split, stack
from initlab.nd.rnn import over_time
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product, single
from initlab.nd.trigonometric import tanh

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["gru_steps"]


def _by_parts(x: Any, h: Any, W: Any, b: Any) -> Any:
    """The definition, of tensors."""
    states = []
    for t in range(len(x)):
        x_r, x_z, x_c = split(x[t], 3, axis=-1)
        u_r, u_z, u_c = split(np.matmul(h, W.T) + b, 3, axis=-1)
        z = sigmoid(x_z + u_z)
        c = tanh(x_c + sigmoid(x_r + u_r) * u_c)
        h = c + z * (h - c)
        states.append(h)
    return stack(states)


def _forward(x: Any, h: Any, W: Any, b: Any) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The same in place; keeps the gates r, z, c (t, n, 3 width) and u, h Wᵀ + b."""
    width, u = h.shape[-1], np.empty(x.shape, np.result_type(x, W))
    columns = np.ascontiguousarray(W.T, u.dtype)
    gates, y = np.empty_like(u), np.empty((*x.shape[:2], width), u.dtype)
    with single():
        for t in range(len(x)):
            product(h, columns, u[t])
            u[t] += b
            r, z, c = _thirds(gates[t])
            rz = np.add(x[t, :, : 2 * width], u[t, :, : 2 * width], out=gates[t, :, : 2 * width])
            ENDINGS["sigmoid"].apply(rz)
            np.multiply(r, _thirds(u[t])[2], out=c)
            c += _thirds(x[t])[2]
            ENDINGS["tanh"].apply(c)
            np.subtract(h, c, out=y[t])
            y[t] *= z
            y[t] += c
            h = y[t]
    return y, (gates, u)


def _backward(
    g: Any,
    y: Any,
    kept: tuple[np.ndarray, np.ndarray],
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    h: Any,
    W: Any,
    b: Any,
) -> tuple[Any, ...]:
    """Back through time; u's gradient is x's but for the candidate, where it passes r."""
    gates, u = kept
    dx, du, dh = np.empty_like(u), np.empty_like(u), np.zeros_like(y[0])
    with single():
        for t in reversed(range(len(x))):
            dh += g[t]
            (r, z, c), (dr, dz, dc) = _thirds(gates[t]), _thirds(dx[t])
            np.multiply(dh, (y[t - 1] if t else h) - c, out=dz)
            np.multiply(dh, 1 - z, out=dc)
            dh *= z
            ENDINGS["tanh"].pull(dc, c)
            np.multiply(dc, _thirds(u[t])[2], out=dr)
            ENDINGS["sigmoid"].pull(dr, r)
            ENDINGS["sigmoid"].pull(dz, z)
            du[t] = dx[t]
            du_c = _thirds(du[t])[2]
            du_c *= r
            dh += product(du[t], W)
    dW = over_time(du, h, y, out[2]) if needs[2] else None
    return dx, dh, dW, du.sum(axis=(0, 1)) if needs[3] else None


def _thirds(x: np.ndarray) -> tuple[np.ndarray, ...]:
    """Return the columns of r, z, c as views."""
    width = x.shape[-1] // 3
    return x[:, :width], x[:, width : 2 * width], x[:, 2 * width :]


def _gru(x: Any, h: Any, W: Any, b: Any) -> Any:
    return _forward(x, h, W, b)[0]


_gru_primitive = primitive(_gru, joint=composed(_by_parts), kernel=Kernel(_forward, _backward))


def gru_steps(x: Any, h: Any, W: Any, b: Any) -> Tensor:
    """Return all states h[t] of a gated recurrent unit.

    With u = h[t - 1] Wᵀ + b in three parts as x: the gates r = s(x_r + u_r) and z = s(x_z + u_z),
    s the sigmoid, the candidate c = tanh(x_c + r u_c), and h[t] = (1 - z) c + z h[t - 1].

    Args:
        x: (t, n, 3 width), the projected input with its bias, for r, z, c.
        h: (n, width), the state before.
        W: (3 width, width).
        b: (3 width,).

    Returns:
        (t, n, width).

    >>> gru_steps(np.zeros((1, 1, 3)), np.ones((1, 1)), np.zeros((3, 1)), np.zeros(3)).tolist()
    [[[0.5]]]
    """
    return _gru_primitive(x, h, W, b)
