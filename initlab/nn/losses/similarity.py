"""Losses of vectors that should lie near each other or apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.nn.losses.loss import Loss
from initlab.tree import ParameterDict

__all__ = ["CosineEmbeddingLoss", "TripletLoss"]


class TripletLoss(Loss):
    """max(0, |positive - pred|^2 - |negative - pred|^2 + margin) (Schroff et al., 2015).

    Args:
        margin: by how much the negative example should be farther away than the positive one.
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        margin: float = 1,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._margin = margin

    def forward(self, pred: Any, positive: Any, negative: Any) -> Any:
        """Return (n,) losses of n samples, from three tensors of as many values.

        Raises:
            ShapeError: when there are not as many.
        """
        near = np.square(self._target(positive, pred) - pred)
        far = np.square(self._target(negative, pred) - pred)
        distance = np.sum(near - far, axis=self._other_axes(pred))
        return self._weighted(nd.relu(distance + self._margin))


class CosineEmbeddingLoss(Loss):
    """1 - cos for pairs labelled 1, max(0, cos - margin) for pairs labelled -1.

    Args:
        weight: multiplies the loss.
        batch_axis: unused; Gluon's signature. Each row is a sample.
        margin: the cosine up to which vectors that should be apart cost nothing.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        weight: float | None = None,
        batch_axis: int = 0,
        margin: float = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._margin = margin

    def forward(self, input1: Any, input2: Any, label: Any, sample_weight: Any = None) -> Any:
        """Return (n, 1) losses, as in Gluon.

        Args:
            input1: (n, d).
            input2: (n, d).
            label: n labels, 1 or -1.
            sample_weight: broadcasts to (n, 1).

        Raises:
            ShapeError: when the vectors are not as many, or the weights do not broadcast.
        """
        cosine = _cosine(input1, self._target(input2, input1))
        wanted = np.reshape(np.asarray(label), (-1, 1))
        apart = nd.relu(cosine - self._margin)
        loss = np.where(wanted == 1, 1 - cosine, np.where(wanted == -1, apart, 0))
        return self._weighted(loss, sample_weight)


def _cosine(x: Any, y: Any) -> Any:
    """Return x y / (|x| |y|) along the last axis, as one column."""
    lengths = np.linalg.norm(x, axis=-1) * np.linalg.norm(y, axis=-1)
    return (np.sum(x * y, axis=-1) / np.maximum(lengths, 1e-12)).reshape(-1, 1)
