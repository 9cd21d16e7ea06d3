"""What a data set is: options, a shape, and a load that a random source makes deterministic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.nd.random import RandomSource

__all__ = ["Data", "Dataset", "Task", "batches", "first_batch", "split", "standardize"]


class Task(StrEnum):
    """What is to be learned: a class, with cross entropy, or numbers, with L2 loss."""

    classification = "classification"
    regression = "regression"


@dataclass(frozen=True)
class Data:
    """Loaded arrays: inputs (n, ...) in float32; labels (n,) in int64 or targets (n, k) in float32.

    Args:
        name: the data set's registered name.
        source: where it comes from, in a few words.
        task: what is to be learned.
    """

    train_x: np.ndarray
    train_y: np.ndarray
    test_x: np.ndarray
    test_y: np.ndarray
    name: str
    source: str
    task: Task

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the training arrays, as hexadecimal digits."""
        sha = hashlib.sha256()
        for array in (self.train_x, self.train_y):
            sha.update(np.ascontiguousarray(array).data)
        return sha.hexdigest()


class Dataset(Protocol):
    """A frozen dataclass of options that loads itself.

    `outputs` is the number of classes or of regression targets; models use it as
    `${data.outputs}`.
    """

    @property
    def outputs(self) -> int:
        """The number of classes or targets."""

    @property
    def task(self) -> Task:
        """What is to be learned."""

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one sample."""

    def example(self) -> np.ndarray:
        """Return a batch of two zero samples, from which shapes follow; no file is read."""

    def load(self, source: RandomSource) -> Data:
        """Load and split; the same for equal options and equal streams."""


def split(
    x: np.ndarray, y: np.ndarray, test_share: float, source: RandomSource
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return train_x, train_y, test_x, test_y, parted at random by the stream `data/split`."""
    order = source.stream("data/split").permutation(len(x))
    test, train = np.split(order, [round(len(x) * test_share)])
    return x[train], y[train], x[test], y[test]


def standardize(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Scale both by the training inputs' own mean and std, one of each for all features.

    A single scale keeps the picture: pixels that are always blank stay equal to each other.
    """
    mean, std = float(train.mean(dtype=np.float64)), float(train.std(dtype=np.float64))
    return tuple(((part - mean) / std).astype(np.float32) for part in (train, test))  # type: ignore[return-value]


def batches(
    x: np.ndarray, y: np.ndarray, size: int, source: RandomSource, epoch: int
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield batches of `size` in the order of the stream `data/order/<epoch>`, the last smaller."""
    order = source.stream(f"data/order/{epoch}").permutation(len(x))
    for start in range(0, len(x), size):
        chosen = order[start : start + size]
        yield x[chosen], y[chosen]


def first_batch(data: Data, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the first `size` training samples as they lie: the batch that probes look at."""
    return data.train_x[:size], data.train_y[:size]
