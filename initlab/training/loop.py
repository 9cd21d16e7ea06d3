"""The training loop: a generator that yields its steps, so that whoever asks also watches."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor
from initlab.data import Data, batches
from initlab.training.divergence import Divergence, locate
from initlab.training.passes import Passes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from initlab.nd.random import RandomSource
    from initlab.nn import Block

__all__ = ["Score", "Step", "evaluate", "steps_per_epoch", "train"]


class Stepper(Protocol):
    """What the loop needs of an optimizer: to move the parameters by their gradients."""

    def step(self, batch_size: int = 1, *, step: int = 0) -> None:
        """Update every parameter from its gradient, divided by `batch_size`."""


@dataclass(frozen=True)
class Step:
    """One finished optimizer step.

    Args:
        number: how many steps came before it.
        epoch: the epoch it belongs to, from 0.
        loss: the batch's mean loss, before the update.
        accuracy: the share of the batch classified rightly; None for regression.
        divergence: where the finite numbers were left, when the loss is none.
    """

    number: int
    epoch: int
    loss: float
    accuracy: float | None = None
    divergence: Divergence | None = None

    @property
    def finite(self) -> bool:
        """Whether the loss was a finite number; the loop ends with the first that is not."""
        return math.isfinite(self.loss)


@dataclass(frozen=True)
class Score:
    """Mean loss and accuracy (None for regression) over a data set."""

    loss: float
    accuracy: float | None


def steps_per_epoch(samples: int, batch_size: int) -> int:
    """Return the number of batches that cover `samples`, the last one perhaps smaller."""
    return -(-samples // batch_size)


def train(
    net: Block,
    loss: Callable[[Tensor, Tensor], Tensor],
    stepper: Stepper,
    data: Data,
    source: RandomSource,
    *,
    epochs: int,
    batch_size: int,
) -> Iterator[Step]:
    """Train `net` and yield each step after its update.

    A step whose loss is not finite is yielded without its update, says where it came from and
    ends the training.
    """
    number, passes = 0, Passes(net, loss)
    for epoch in range(epochs):
        for x, y in batches(data.train_x, data.train_y, batch_size, source, epoch):
            with np.errstate(all="ignore"):
                made = passes(x, y)
                mean = float(np.add.reduce(made.losses, None) / made.losses.size)
                where = None if math.isfinite(mean) else locate(net, x, number)
                if where is None:
                    made.backward()
                    stepper.step(len(x), step=number)
            yield Step(number, epoch, mean, _accuracy(made.output, y), where)
            if where is not None:
                return
            number += 1


def evaluate(
    net: Block,
    loss: Callable[[Tensor, Tensor], Tensor],
    x: np.ndarray,
    y: np.ndarray,
    batch_size: int = 1024,
) -> Score:
    """Return the score of `net` on a data set, in predict mode, nothing recorded."""
    total, right = 0.0, 0.0
    with autograd.pause(train_mode=False), np.errstate(all="ignore"):
        for start in range(0, len(x), batch_size):
            part = slice(start, start + batch_size)
            output = net(Tensor(x[part]))
            total += float(np.sum(np.asarray(loss(output, Tensor(y[part])))))
            share = _accuracy(output, y[part])
            right += 0.0 if share is None else share * len(y[part])
    classes = np.issubdtype(y.dtype, np.integer)
    return Score(total / len(x), right / len(x) if classes else None)


def _accuracy(output: Any, y: np.ndarray) -> float | None:
    if y.dtype.kind not in "iu":
        return None
    return float(np.count_nonzero(np.asarray(output).argmax(-1) == y) / y.size)
