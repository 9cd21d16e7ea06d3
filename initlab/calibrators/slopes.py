"""The gradient of a net's loss with respect to its weights, and what is made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab import nn
    from initlab.calibrators.batch import Batch

__all__ = ["curvature", "gradient", "inner", "mean_loss", "part"]


def part(batch: Batch, which: slice) -> Batch:
    """Return some of the batch's samples."""
    y = None if batch.y is None else batch.y[which]
    return type(batch)(batch.x[which], y, batch.loss, batch.seed)


def mean_loss(net: nn.Block, batch: Batch) -> Any:
    """Return the mean loss over the batch, in predict mode: dropout off, nothing remembered."""
    assert batch.loss is not None  # noqa: S101 - require_labels came before
    return batch.loss(net(Tensor(batch.x)), Tensor(batch.y)).mean()


def gradient(
    net: nn.Block, batch: Batch, weights: Sequence[Tensor]
) -> tuple[float, list[np.ndarray]]:
    """Return the mean loss and its gradient; nothing is written into `.grad`."""
    with autograd.record(train_mode=False):
        loss = mean_loss(net, batch)
    found = autograd.grad(loss, weights, train_mode=False)
    return float(np.asarray(loss)), [np.asarray(g) for g in found]


def curvature(
    net: nn.Block, batch: Batch, weights: Sequence[Tensor], direction: Sequence[np.ndarray]
) -> list[np.ndarray]:
    """Return the Hessian of the mean loss times a direction (Pearlmutter, 1994)."""
    with autograd.record(train_mode=False):
        loss = mean_loss(net, batch)
        slopes = autograd.grad(loss, weights, create_graph=True, train_mode=False)
        along: Any = sum((g * d).sum() for g, d in zip(slopes, direction, strict=True))
    found = autograd.grad(along, weights, train_mode=False)
    return [np.asarray(g) for g in found]


def inner(a: Sequence[np.ndarray], b: Sequence[np.ndarray]) -> list[float]:
    """Return the inner product of each pair of arrays, in double precision."""
    return [
        float(np.vdot(u.astype(np.float64), v.astype(np.float64)))
        for u, v in zip(a, b, strict=True)
    ]
