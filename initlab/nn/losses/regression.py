"""Losses of numbers: squared, absolute, Huber's, and Poisson's for counts."""

from __future__ import annotations

from math import pi
from typing import Any

import numpy as np

from initlab.nn.losses.loss import ElementwiseLoss
from initlab.tree import ParameterDict

__all__ = ["HuberLoss", "L1Loss", "L2Loss", "PoissonNLLLoss"]


class L2Loss(ElementwiseLoss):
    """Half the mean squared error of each sample.

    Args:
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    >>> from initlab import nd
    >>> print(L2Loss()(nd.array([3.0, 1.0]), nd.array([1.0, 1.0])))
    [2. 0.]
    """

    def __init__(
        self,
        weight: float | None = 1.0,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)

    def _each(self, pred: Any, label: Any) -> Any:
        return np.square(pred - label) * 0.5


class L1Loss(ElementwiseLoss):
    """The mean absolute error of each sample."""

    def _each(self, pred: Any, label: Any) -> Any:
        return np.abs(pred - label)


class HuberLoss(ElementwiseLoss):
    """Squared near the target, absolute beyond rho (Huber, 1964): |e| - rho/2, or e^2 / (2 rho).

    Args:
        rho: the error at which one turns into the other.
        weight: multiplies the loss.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        rho: float = 1,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._rho = rho

    def _each(self, pred: Any, label: Any) -> Any:
        error = np.abs(pred - label)
        square = np.square(error) * (0.5 / self._rho)
        return np.where(error > self._rho, error - 0.5 * self._rho, square)


class PoissonNLLLoss(ElementwiseLoss):
    """The negative log-likelihood of counts under Poisson rates: rate - count log(rate).

    As in Gluon it is one number, the mean over the samples too.

    Args:
        weight: multiplies the loss.
        from_logits: whether the net gives the rates' logarithms.
        batch_axis: the axis that counts samples.
        compute_full: whether to add Stirling's approximation of log(count!) where a count exceeds
            1; it does not depend on the net.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self,
        weight: float | None = None,
        from_logits: bool = True,
        batch_axis: int = 0,
        compute_full: bool = False,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(weight, batch_axis, prefix, params)
        self._from_logits, self._compute_full = from_logits, compute_full

    def forward(
        self, pred: Any, label: Any, sample_weight: Any = None, epsilon: float = 1e-8
    ) -> Any:
        """Return the mean loss, a scalar.

        Args:
            pred: rates, or their logarithms, of any shape.
            label: as many counts.
            sample_weight: multiplies the values' losses.
            epsilon: added to a rate before its logarithm is taken.

        Raises:
            ShapeError: when there are not as many counts, or the weights do not broadcast.
        """
        count = self._target(label, pred)
        if self._from_logits:
            loss = np.exp(pred) - count * pred
        else:
            loss = pred - count * np.log(pred + epsilon)
        if self._compute_full:
            loss = loss + _stirling(count)
        return self._weighted(loss, sample_weight).mean()


def _stirling(count: Any) -> Any:
    """Return n log n - n + log(2 pi n) / 2 where n > 1, else 0."""
    n = np.where(count > 1, count, 1)
    return np.where(count > 1, n * np.log(n) - n + 0.5 * np.log(2 * pi * n), 0)
