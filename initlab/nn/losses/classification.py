"""Losses of classes and distributions: cross entropies and the Kullback-Leibler divergence."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError
from initlab.nd.prepared import CrossEntropy
from initlab.nn.losses.loss import ElementwiseLoss, like
from initlab.tree import ParameterDict

__all__ = ["KLDivLoss", "SigmoidBinaryCrossEntropyLoss", "SoftmaxCrossEntropyLoss"]


class SoftmaxCrossEntropyLoss(ElementwiseLoss):
    """-log softmax(pred)[label], averaged over the sample where it has more than one label.

    Args:
        axis: the axis that counts classes.
        sparse_label: whether a label is the number of its class; else it is a distribution.
        from_logits: whether pred holds log-probabilities, the softmax being done.
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    >>> from initlab import nd
    >>> print(SoftmaxCrossEntropyLoss()(nd.array([[0.0, 0.0]]), nd.array([1])))
    [0.6931472]
    """

    def __init__(
        self,
        axis: int = -1,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._axis, self._sparse, self._from_logits = axis, sparse_label, from_logits

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Return (n,) losses of n samples.

        Args:
            pred: with the classes on `axis`.
            label: sparse: pred's shape without that axis, or with it at length 1; else as many
                values as pred.
            sample_weight: broadcasts to the sparse labels' shape, or keeps `axis` at length 1.

        Raises:
            ShapeError: when labels or weights do not fit.
            BadValueError: for a label that is no class.
        """
        loss = self._sparse_loss(pred, label) if self._sparse else self._dense_loss(pred, label)
        if sample_weight is not None and np.ndim(sample_weight) > loss.ndim:
            sample_weight = np.squeeze(sample_weight, self._axis)
        loss = self._weighted(loss, sample_weight)
        axis, batch = self._axis % pred.ndim, self._batch_axis % pred.ndim
        if axis == batch:  # the classes stand where samples would: it is one
            return loss.mean().reshape(1)
        if loss.ndim == 1:
            return loss
        others = tuple(i for i in range(loss.ndim) if i != batch - (axis < batch))
        return loss.mean(others) if others else loss

    def prepared(self, logits: np.ndarray, gradient: np.ndarray) -> CrossEntropy | None:
        """Return the loss of these logits, (n, classes), whose gradient is to be written there.

        None where it is another than -log softmax(pred)[label].
        """
        plain = type(self) is SoftmaxCrossEntropyLoss and self._sparse and not self._from_logits
        axes = self._axis % 2, self._batch_axis % 2
        if not plain or axes != (1, 0) or self._weight not in (None, 1):
            return None
        return CrossEntropy(logits, gradient) if CrossEntropy.takes(logits) else None

    def _sparse_loss(self, pred: Any, label: Any) -> Any:
        label = np.asarray(label)
        axes = pred.ndim
        if label.ndim == axes and label.shape[self._axis] == 1:
            label = label.squeeze(self._axis)
        if self._axis % axes != axes - 1:
            pred = np.moveaxis(pred, self._axis, -1)
        if not self._from_logits:
            return nd.softmax_cross_entropy(pred, label)
        return -_pick(pred, label.astype(np.intp))

    def _dense_loss(self, pred: Any, label: Any) -> Any:
        label = self._target(label, pred)
        logs = pred if self._from_logits else nd.log_softmax(pred, axis=self._axis)
        return -np.sum(logs * label, axis=self._axis)


class SigmoidBinaryCrossEntropyLoss(ElementwiseLoss):
    """-label log(p) - (1 - label) log(1 - p), where p = sigmoid(pred).

    Args:
        from_sigmoid: whether pred holds the probabilities, the sigmoid being done.
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        from_sigmoid: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._from_sigmoid = from_sigmoid

    def forward(
        self, pred: Any, label: Any, sample_weight: Any = None, pos_weight: Any = None
    ) -> Any:
        """Return (n,) losses of n samples.

        Args:
            pred: (n, ...).
            label: as many values from 0 to 1.
            sample_weight: broadcasts to pred's shape.
            pos_weight: multiplies the positive term; broadcasts to pred's shape.

        Raises:
            ShapeError: when labels or weights do not fit.
        """
        label = self._target(label, pred)
        positive = label
        if pos_weight is not None:
            positive = label * like(pos_weight, pred, np.shape(pos_weight))
        if self._from_sigmoid:
            hit, miss = np.log(pred + 1e-12), np.log(1 - pred + 1e-12)
            loss = -(positive * hit + (1 - label) * miss)
        elif pos_weight is None:
            loss = nd.softplus(pred) - pred * label
        else:  # -log p = softplus(-pred), -log(1 - p) = softplus(pred)
            loss = positive * nd.softplus(-pred) + (1 - label) * nd.softplus(pred)
        return self._averaged(loss, sample_weight)


class KLDivLoss(ElementwiseLoss):
    """sum label (log(label) - pred) over the sample (Kullback & Leibler, 1951).

    Args:
        from_logits: whether pred holds log-probabilities; else their log-softmax is taken.
        axis: the axis of that softmax.
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        from_logits: bool = True,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._from_logits, self._axis = from_logits, axis

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Return (n,) losses of n samples, the sum over all axes but the batch's.

        Args:
            pred: (n, ...).
            label: as many probabilities.
            sample_weight: broadcasts to pred's shape.

        Raises:
            ShapeError: when labels or weights do not fit.
        """
        label = self._target(label, pred)
        logs = pred if self._from_logits else nd.log_softmax(pred, axis=self._axis)
        loss = self._weighted(label * (np.log(label + 1e-12) - logs), sample_weight)
        return np.sum(loss, axis=self._other_axes(loss))


def _pick(x: Any, places: np.ndarray) -> Any:
    """Return x at `places` along the last axis.

    Raises:
        BadValueError: for a place that is none.
    """
    bad = places[(places < 0) | (places >= x.shape[-1])]
    if bad.size:
        raise BadValueError(f"Label {bad[0]} is none of the {x.shape[-1]} classes from 0.")
    return np.squeeze(np.take_along_axis(x, np.expand_dims(places, -1), -1), -1)
