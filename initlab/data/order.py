"""Which samples are for testing, and in which order the others are trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.data.dataset import Data
    from initlab.nd.random import RandomSource

__all__ = ["batches", "first_batch", "split"]


def split(
    x: np.ndarray, y: np.ndarray, test_share: float, source: RandomSource
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return train_x, train_y, test_x, test_y, parted at random by the stream `data/split`.

    >>> from initlab.nd.random import Streams
    >>> parts = split(np.zeros((10, 3)), np.zeros(10), 0.2, Streams(0))
    >>> [part.shape for part in parts]
    [(8, 3), (8,), (2, 3), (2,)]
    """
    order = source.stream("data/split").permutation(len(x))
    test, train = np.split(order, [round(len(x) * test_share)])
    return x[train], y[train], x[test], y[test]


def batches(
    x: np.ndarray, y: np.ndarray, size: int, source: RandomSource, epoch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches of `size` in the order of the stream `data/order/<epoch>`, the last smaller.

    Raises:
        BadValueError: for a size below 1.

    >>> from initlab.nd.random import Streams
    >>> x = np.arange(5)
    >>> [len(part) for part, _ in batches(x, x, 2, Streams(0), epoch=0)]
    [2, 2, 1]
    """
    if size < 1:
        raise BadValueError(f"batches: size must be at least 1, got {size}.")
    order = source.stream(f"data/order/{epoch}").permutation(len(x))
    for start in range(0, len(x), size):
        chosen = order[start : start + size]
        yield x[chosen], y[chosen]


def first_batch(data: Data, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first `size` training samples as they lie: the batch that probes look at."""
    return data.train_x[:size], data.train_y[:size]
