"""Losses: one number a sample."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import ShapeError
from initlab.tree import Block

__all__ = ["L2Loss", "SoftmaxCrossEntropyLoss"]


class SoftmaxCrossEntropyLoss(Block):
    """-log softmax(output)[label], for integer labels, one number a sample."""

    def forward(self, output: Any, label: Any) -> Any:
        """Return (n,) losses of (n, classes) outputs and (n,) labels."""
        return nd.softmax_cross_entropy(output, np.asarray(label))


class L2Loss(Block):
    """Half the mean squared error over all but the first axis, one number a sample."""

    def forward(self, output: Any, label: Any) -> Any:
        """Return (n,) losses of outputs and targets of one shape.

        Raises:
            ShapeError: when the shapes differ.
        """
        if output.shape != label.shape:
            raise ShapeError(
                f"L2Loss compares outputs of shape {output.shape} with targets of shape "
                f"{label.shape}: they must be equal. Choose the output layer's units to fit."
            )
        squares = np.square(output - label)
        return squares.reshape(len(squares), -1).mean(axis=1) / 2
