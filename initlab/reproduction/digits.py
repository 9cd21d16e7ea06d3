"""Training on digits as the claims do it: one split, one way to standardize, so many steps."""

from __future__ import annotations

from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from initlab import nn
from initlab.data import Data, Task
from initlab.nd.random import Streams
from initlab.training import evaluate, steps_per_epoch, train
from initlab.tree import parameters

if TYPE_CHECKING:
    from initlab.optim import Optimizer
    from initlab.training import Score

__all__ = ["Fitted", "digits", "fit"]

BATCH = 64


class Fitted(NamedTuple):
    """What a net has learned: its scores on the samples of the training and on the others."""

    train: Score
    test: Score


@cache
def digits() -> Data:
    """Return scikit-learn's digits, a fifth for testing, as many of each class as there are.

    Pixels go to 1. Each has its own mean and std, of the training samples; the std gets 0.1 more,
    so that pixels that are always blank divide by something. scikit-learn's own go to 16, where
    0.1 is next to nothing; those of the repetition from which claims have their bands went to 1,
    since what it found of units that start alike comes out so to the third digit.

    >>> data = digits()
    >>> data.train_x.shape, data.test_x.shape
    ((1437, 64), (360, 64))
    """
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    x, y = load_digits(return_X_y=True)
    parts = train_test_split(x / 16, y, test_size=0.2, stratify=y, random_state=0)
    mean, std = parts[0].mean(axis=0), parts[0].std(axis=0) + 0.1
    train_x, test_x = (((part - mean) / std).astype(np.float32) for part in parts[:2])
    train_y, test_y = (part.astype(np.int64) for part in parts[2:])
    where = "scikit-learn load_digits, stratified"
    return Data(train_x, train_y, test_x, test_y, "digits", where, Task.classification)


def fit(
    net: nn.Block, optimizer: Optimizer, steps: int, seed: int, *, batch: int | None = BATCH
) -> Fitted:
    """Train a drawn net on `digits` and return its scores.

    A training whose loss is no longer finite ends there.

    Args:
        net: 64 inputs, 10 outputs.
        optimizer: with its rate.
        steps: how many batches.
        seed: of the batches' order.
        batch: how many samples a step looks at, all if None.
    """
    data, loss = digits(), nn.SoftmaxCrossEntropyLoss()
    size = batch or len(data.train_x)
    stepper = optimizer.bind(list(parameters(net).values()), total=steps)
    epochs = -(-steps // steps_per_epoch(len(data.train_x), size))
    made = train(net, loss, stepper, data, Streams(seed), epochs=epochs, batch_size=size)
    for _ in islice(made, steps):
        pass
    return Fitted(
        evaluate(net, loss, data.train_x, data.train_y),
        evaluate(net, loss, data.test_x, data.test_y),
    )
