"""The softmax cross entropy's value and gradient as two lists of calls."""

from __future__ import annotations

from functools import partial

import numpy as np

from initlab.nd.constants import ones
from initlab.nd.softmax import checked_labels, row_starts
from initlab.nd.windows import CACHED

__all__ = ["CrossEntropy"]


class CrossEntropy:
    """-log softmax(x)[label] for each of n samples, and softmax(x) - onehot.

    Args:
        logits: x, (n, classes), read at each pass.
        gradient: (n, classes), where that of the losses' sum is written; between the two ways it
            is not to be touched.

    >>> logits, gradient = np.zeros((1, 2)), np.empty((1, 2))
    >>> loss = CrossEntropy(logits, gradient)
    >>> loss.forward(np.array([1]))
    array([0.69314718])
    >>> loss.backward()
    >>> gradient
    array([[ 0.5, -0.5]])
    """

    def __init__(self, logits: np.ndarray, gradient: np.ndarray) -> None:
        (n, classes), dtype = logits.shape, logits.dtype
        self._classes, self._starts, self._ones = classes, row_starts(n, classes), ones(n, dtype)
        self._places, largest = np.empty((2, n), np.intp)
        top, sums, shares = np.empty((3, n), dtype)
        self._top, self._sums, self._flat = top, sums, gradient.reshape(-1)
        self._here = partial(logits.take, self._places)
        self._exponentials = [
            partial(logits.argmax, 1, largest),
            partial(np.add, self._starts, largest, largest),
            partial(logits.take, largest, None, top, "clip"),
            partial(np.subtract, logits, top[:, None], gradient),
            partial(np.exp, gradient, gradient),
            partial(gradient.dot, ones(classes, dtype), sums),
        ]
        self._softmax = [
            partial(np.divide, self._ones, sums, shares),
            partial(np.multiply, gradient, shares[:, None], gradient),
        ]

    @staticmethod
    def takes(logits: np.ndarray) -> bool:
        """Return whether they are so few that the primitive does not go by rows."""
        return logits.size <= CACHED

    def forward(self, labels: np.ndarray) -> np.ndarray:
        """Return the losses, (n,), of whole numbers, (n,).

        Raises:
            BadValueError: for a label outside the classes.
        """
        np.add(self._starts, checked_labels(labels, self._classes), self._places)
        for call in self._exponentials:
            call()
        y: np.ndarray = np.log(self._sums)
        y += self._top
        y -= self._here()
        return y

    def backward(self) -> None:
        """Write the gradient of the last pass."""
        for call in self._softmax:
            call()
        self._flat[self._places] -= self._ones
