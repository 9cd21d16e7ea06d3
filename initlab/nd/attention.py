# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""Attention (Vaswani et al. 2017): softmax(q kᵀ / √d) v over several heads, as one call."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive, unwrap
from initlab.errors import ShapeError
from initlab.nd.softmax import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["attention"]


def _heads(x: Any, heads: int) -> Any:
    """Return (n, t, heads d) as a view (n, heads, t, d)."""
    n, t, width = x.shape
    return np.transpose(np.reshape(x, (n, t, heads, width // heads)), (0, 2, 1, 3))


def _together(x: Any) -> Any:
    """Return (n, heads, t, d) as (n, t, heads d)."""
    n, heads, t, d = x.shape
    return np.reshape(np.transpose(x, (0, 2, 1, 3)), (n, t, heads * d))


def _hidden(q: Any, k: Any) -> np.ndarray:
    """Return where a key lies behind its query in time, (queries, keys)."""
    return ~np.tri(q.shape[-2], k.shape[-2], dtype=bool)


def _by_parts(q: Any, k: Any, v: Any, heads: int, causal: bool) -> Any:
    """The definition, of tensors."""
    q, k, v = (_heads(x, heads) for x in (q, k, v))
    scores = np.matmul(q, np.swapaxes(k, -1, -2)) * (1 / sqrt(q.shape[-1]))
    if causal:
        scores = np.where(_hidden(q, k), -np.inf, scores)
    return _together(np.matmul(softmax(scores), v))


def _forward(q: Any, k: Any, v: Any, heads: int, causal: bool) -> tuple[np.ndarray, np.ndarray]:
    """The same in place; keeps the weights, (n, heads, queries, keys)."""
    y = np.empty((*q.shape[:2], v.shape[-1]), np.result_type(q, k, v))
    q, k, v = (_heads(x, heads) for x in (q, k, v))
    p = np.matmul(q, k.swapaxes(-1, -2))
    p *= 1 / sqrt(q.shape[-1])
    if causal:
        np.copyto(p, -np.inf, where=_hidden(q, k))
    p -= np.maximum.reduce(p, axis=-1, keepdims=True)
    np.exp(p, out=p)
    p /= np.add.reduce(p, axis=-1, keepdims=True)
    np.matmul(p, v, out=_heads(y, heads))
    return y, p


def _backward(
    g: Any,
    y: Any,
    p: np.ndarray,
    needs: Sequence[bool],
    out: Sequence[Any],
    q: Any,
    k: Any,
    v: Any,
    heads: int,
    causal: bool,
) -> tuple[Any, ...]:
    """With s the scores: dv = pᵀ g, dp = g vᵀ, ds = p (dp - <g, y>), dq = ds k, dk = dsᵀ q."""
    dq, dk, dv = (np.empty_like(x) for x in (q, k, v))
    by_row = np.einsum("nhtd,nhtd->nht", _heads(g, heads), _heads(y, heads))
    g, q, k, v = (_heads(x, heads) for x in (g, q, k, v))
    np.matmul(p.swapaxes(-1, -2), g, out=_heads(dv, heads))
    ds = np.matmul(g, v.swapaxes(-1, -2))
    ds -= by_row[..., None]
    ds *= p
    ds *= 1 / sqrt(q.shape[-1])
    np.matmul(ds, k, out=_heads(dq, heads))
    np.matmul(ds.swapaxes(-1, -2), q, out=_heads(dk, heads))
    return dq, dk, dv


def _attention(q: Any, k: Any, v: Any, heads: int, causal: bool) -> Any:
    return _forward(q, k, v, heads, causal)[0]


_attention_primitive = primitive(
    _attention, joint=composed(_by_parts), kernel=Kernel(_forward, _backward)
)


def attention(q: Any, k: Any, v: Any, heads: int = 1, causal: bool = False) -> Tensor:
    """Return softmax(q kᵀ / √d) v for each sample and head.

    Args:
        q: queries (n, t, width); each head has d = width / heads of them.
        k: keys (n, s, width).
        v: values (n, s, depth).
        heads: how many equal parts width and depth fall into, each with weights of its own.
        causal: whether query number t sees the keys 0 to t alone.

    Returns:
        (n, t, depth).

    Raises:
        ShapeError: when the shapes are not these.

    >>> x = np.array([[[0.0], [0.0]]])
    >>> attention(x, x, np.array([[[2.0], [4.0]]]), causal=True)
    array([[[2.],
            [3.]]])
    """
    shapes = [np.shape(unwrap(x)) for x in (q, k, v)]
    of_q, of_k, of_v = shapes
    fits = (
        {len(shape) for shape in shapes} == {3}
        and of_q[0] == of_k[0]
        and of_q[2] == of_k[2]
        and of_k[:2] == of_v[:2]
        and of_q[2] % heads == of_v[2] % heads == 0
    )
    if not fits:
        raise ShapeError(
            f"Attention takes queries (n, t, width), keys (n, s, width) and values (n, s, depth) "
            f"with width and depth that {heads} heads divide, got {of_q}, {of_k} and {of_v}."
        )
    return _attention_primitive(q, k, v, heads, causal)
