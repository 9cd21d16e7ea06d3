# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""The simple recurrence (Elman 1990), all steps in one call.

Time comes first, as in Gluon: (t, n, width). The input's product with its weight is one for all
steps and stands before; here, and in `gru`, is what has to go step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive
from initlab.nd.activations import relu
from initlab.nd.joining import stack
from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import product, single
from initlab.nd.trigonometric import tanh

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["over_time", "rnn_steps"]


def _by_parts(x: Any, h: Any, W: Any, activation: str) -> Any:
    """The definition, of tensors."""
    f, states = {"relu": relu, "tanh": tanh}[activation], []
    for t in range(len(x)):
        h = f(x[t] + np.matmul(h, W.T))
        states.append(h)
    return stack(states)


def _forward(x: Any, h: Any, W: Any, activation: str) -> tuple[np.ndarray, None]:
    y = np.empty(x.shape, np.result_type(x, W))
    columns = np.ascontiguousarray(W.T, y.dtype)
    with single():
        for t in range(len(x)):
            product(h, columns, y[t])
            y[t] += x[t]
            ENDINGS[activation].apply(y[t])
            h = y[t]
    return y, None


def _backward(
    g: Any,
    y: Any,
    kept: None,
    needs: Sequence[bool],
    out: Sequence[Any],
    x: Any,
    h: Any,
    W: Any,
    activation: str,
) -> tuple[Any, ...]:
    dx, dh = np.empty_like(y), np.zeros_like(y[0])
    with single():
        for t in reversed(range(len(x))):
            np.add(g[t], dh, out=dx[t])
            ENDINGS[activation].pull(dx[t], y[t])
            product(dx[t], W, dh)
    return dx, dh, over_time(dx, h, y, out[2]) if needs[2] else None


def over_time(dz: np.ndarray, h: np.ndarray, y: np.ndarray, out: Any) -> np.ndarray:
    """Return the sum over t of dz[t]ᵀ h[t - 1], where h[t] is y[t] and h[-1] is `h`."""
    later = dz[1:].reshape(-1, dz.shape[-1])
    dW: np.ndarray = product(later.T, y[: len(dz) - 1].reshape(-1, y.shape[-1]), out)
    dW += np.matmul(dz[0].T, h)
    return dW


def _rnn(x: Any, h: Any, W: Any, activation: str) -> Any:
    return _forward(x, h, W, activation)[0]


_rnn_primitive = primitive(_rnn, joint=composed(_by_parts), kernel=Kernel(_forward, _backward))


def rnn_steps(x: Any, h: Any, W: Any, activation: str = "tanh") -> Tensor:
    """Return all states h[t] = f(x[t] + h[t - 1] Wᵀ).

    Args:
        x: (t, n, width), the projected input with the biases.
        h: (n, width), the state before.
        W: (width, width).
        activation: f, tanh or relu.

    Returns:
        (t, n, width).

    >>> rnn_steps(np.ones((2, 1, 1)), np.ones((1, 1)), np.ones((1, 1)), "relu").tolist()
    [[[2.0]], [[3.0]]]
    """
    return _rnn_primitive(x, h, W, activation)
