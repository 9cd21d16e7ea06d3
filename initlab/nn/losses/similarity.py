"""Losses of vectors that should lie near each other or apart."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.nn.losses.loss import Loss
from initlab.tree import ParameterDict

__all__ = ["CosineEmbeddingLoss", "SDMLLoss", "TripletLoss"]


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


class SDMLLoss(Loss):
    """Cross entropy of which row of a batch belongs to which (Bonadiman et al., 2019).

    The chance that rows x and y belong together is the softmax over y of -|x - y|^2; wanted is
    the same row with all but a share of the weight, which the others have.

    Args:
        smoothing_parameter: the share of the other rows.
        weight: multiplies the loss.
        batch_axis: unused; Gluon's signature.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        smoothing_parameter: float = 0.3,
        weight: float | None = 1.0,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._smoothing = smoothing_parameter

    def forward(self, x1: Any, x2: Any) -> Any:
        """Return (n,) losses of two batches of n vectors, (n, d), whose rows belong together.

        Raises:
            ShapeError: when the vectors are not as many.
        """
        x2 = self._target(x2, x1)
        n = len(x1)
        apart = np.sum(np.square(np.expand_dims(x1, 1) - np.expand_dims(x2, 0)), axis=2)
        others = self._smoothing / max(n - 1, 1)
        wanted = np.where(np.eye(n) > 0, 1 - self._smoothing, others).astype(x1.dtype)
        logs = nd.log_softmax(-apart, axis=1)
        return self._weighted(np.sum(wanted * (np.log(wanted + 1e-12) - logs), axis=1))
