# ruff: noqa: ARG001 - a kernel is called with what it does not need, too
"""Attention (Vaswani et al. 2017): softmax(q kᵀ / √d) v over several heads, as one call."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Kernel, Tensor, composed, primitive, unwrap
from initlab.errors import ShapeError
from initlab.nd.softmax import exponentials, softmax

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


def _forward(
    q: Any, k: Any, v: Any, heads: int, causal: bool
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The same in place: y = e v / r with e = exp(s - max s) of the scores s and its row sums r.

    Keeps e (n, heads, queries, keys) and 1 / r.
    """
    y = np.empty((*q.shape[:2], v.shape[-1]), np.result_type(q, k, v))
    scale, (q, k, v) = _scale(q, heads), (_heads(x, heads) for x in (q, k, v))
    e = np.matmul(q, np.multiply(k.swapaxes(-1, -2), scale, order="C"))
    if causal:
        np.copyto(e, -np.inf, where=_hidden(q, k))
    rows = e.reshape(-1, e.shape[-1])
    share = 1 / exponentials(rows, rows)[2].reshape(*e.shape[:-1], 1)
    each = np.matmul(e, v, out=_heads(y, heads))
    each *= share
    return y, (e, share)


def _backward(
    g: Any,
    y: Any,
    kept: tuple[np.ndarray, np.ndarray],
    needs: Sequence[bool],
    out: Sequence[Any],
    q: Any,
    k: Any,
    v: Any,
    heads: int,
    causal: bool,
) -> tuple[Any, ...]:
    """With g for g / r: dv = eᵀ g, ds = e (g vᵀ - <g, y>), and the scores' own dq, dk."""
    e, share = kept
    dq, dk, dv = (np.empty_like(x, g.dtype) for x in (q, k, v))
    scale = _scale(q, heads)
    g, y, q, k, v = (_heads(x, heads) for x in (g, y, q, k, v))
    g = g * share
    np.matmul(e.swapaxes(-1, -2), g, out=_heads(dv, heads))
    ds = np.matmul(g, np.ascontiguousarray(v.swapaxes(-1, -2)))
    ds -= np.einsum("nhtd,nhtd->nht", g, y)[..., None]
    ds *= e
    np.matmul(ds, k, out=_heads(dq, heads))
    np.matmul(ds.swapaxes(-1, -2), q, out=_heads(dk, heads))
    dq *= scale
    dk *= scale
    return dq, dk, dv


def _scale(q: Any, heads: int) -> Any:
    return q.dtype.type(1 / sqrt(q.shape[-1] // heads))


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
