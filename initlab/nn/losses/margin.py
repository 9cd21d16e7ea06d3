"""Losses of two classes by the sign of the output: hinge, its square, logistic."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import UnknownNameError
from initlab.nn.losses.loss import ElementwiseLoss
from initlab.tree import ParameterDict

__all__ = ["HingeLoss", "LogisticLoss", "SquaredHingeLoss"]


class HingeLoss(ElementwiseLoss):
    """max(0, margin - label pred), for labels -1 and 1 (Cortes & Vapnik, 1995).

    Args:
        margin: how far on its right side an output costs nothing.
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

    def _each(self, pred: Any, label: Any) -> Any:
        return nd.relu(self._margin - pred * label)


class SquaredHingeLoss(HingeLoss):
    """max(0, margin - label pred)^2, for labels -1 and 1."""

    def _each(self, pred: Any, label: Any) -> Any:
        return np.square(super()._each(pred, label))


class LogisticLoss(ElementwiseLoss):
    """log(1 + exp(-label pred)), for labels -1 and 1.

    Args:
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        label_format: 'signed' for labels -1 and 1, 'binary' for 0 and 1.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        UnknownNameError: for another format.
    """

    def __init__(
        self,
        weight: float | None = None,
        batch_axis: int = 0,
        label_format: str = "signed",
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if label_format not in ("signed", "binary"):
            raise UnknownNameError("label_format", str(label_format), ("signed", "binary"))
        super().__init__(weight, batch_axis, prefix, params)
        self._signed = label_format == "signed"

    def _each(self, pred: Any, label: Any) -> Any:
        chance = (label + 1) * 0.5 if self._signed else label
        return nd.softplus(pred) - pred * chance
