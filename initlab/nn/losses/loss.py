"""What losses share: weights, and the mean over all but the batch axis."""

from __future__ import annotations

from numbers import Real
from typing import Any

import numpy as np

from initlab.autograd import Tensor
from initlab.errors import BadTypeError, ShapeError
from initlab.tree import Block, ParameterDict

__all__ = ["ElementwiseLoss", "Loss"]


class Loss(Block):
    """The base of the losses.

    Args:
        weight: multiplies the loss; 1 if None.
        batch_axis: the axis that counts samples.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadTypeError: for a weight that is no number.

    >>> Loss(weight=2)
    Loss(batch_axis=0, w=2)
    """

    def __init__(
        self,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if weight is not None and not isinstance(weight, Real):
            raise BadTypeError(
                f"{type(self).__name__} takes one number as weight, got {weight!r}. Weights of "
                "single samples are the sample_weight of each call."
            )
        super().__init__(prefix, params)
        self._weight, self._batch_axis = weight, batch_axis

    def __repr__(self) -> str:
        return f"{type(self).__name__}(batch_axis={self._batch_axis}, w={self._weight})"

    def _target(self, label: Any, pred: Any) -> Any:
        if np.size(label) != pred.size:
            raise ShapeError(
                f"{type(self).__name__} compares outputs of shape {pred.shape} with targets of "
                f"shape {np.shape(label)}: there must be as many. Choose the output layer's units "
                "to fit."
            )
        return like(label, pred, pred.shape)

    def _weighted(self, loss: Any, sample_weight: Any = None) -> Any:
        """Return the loss times its weights.

        Raises:
            ShapeError: when the sample weights do not broadcast to the loss's shape.
        """
        if sample_weight is not None:
            shape = np.shape(sample_weight)
            fits = len(shape) <= loss.ndim and all(
                n in (1, m) for n, m in zip(reversed(shape), reversed(loss.shape), strict=False)
            )
            if not fits:
                raise ShapeError(
                    f"{type(self).__name__}: a sample_weight of shape {shape} does not broadcast "
                    f"to the loss of shape {loss.shape}. Give one weight a sample the shape "
                    f"{tuple(n if i == self._batch_axis else 1 for i, n in enumerate(loss.shape))}."
                )
            loss = loss * like(sample_weight, loss, shape)
        return loss if self._weight is None or self._weight == 1 else loss * self._weight

    def _other_axes(self, loss: Any) -> tuple[int, ...]:
        return tuple(i for i in range(loss.ndim) if i != self._batch_axis % loss.ndim)

    def _averaged(self, loss: Any, sample_weight: Any = None) -> Any:
        """Return the weighted loss, (n,): the mean over all axes but the batch's."""
        loss = self._weighted(loss, sample_weight)
        axes = self._other_axes(loss)
        return loss.mean(axes) if axes else loss


class ElementwiseLoss(Loss):
    """A loss of each value and its target, averaged over the sample."""

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Return (n,) losses of n samples.

        Args:
            pred: (n, ...), what the net says.
            label: as many targets as there are values in pred; they take its shape.
            sample_weight: multiplies the values' losses, to whose shape, pred's, it broadcasts.

        Raises:
            ShapeError: when there are not as many targets, or the weights do not broadcast.
        """
        return self._averaged(self._each(pred, self._target(label, pred)), sample_weight)

    def _each(self, pred: Any, label: Any) -> Any:
        """Return the loss of each value, from targets of pred's shape and dtype."""
        raise NotImplementedError


def like(x: Any, of: Any, shape: tuple[int, ...]) -> Any:
    """Return `x` as a Tensor of another's dtype, in `shape`."""
    x = x if isinstance(x, Tensor) else Tensor(x)
    x = x if x.dtype == of.dtype else x.astype(of.dtype)
    return x if x.shape == shape else x.reshape(shape)
