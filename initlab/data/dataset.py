"""What a data set is: options, a shape, and a load that a random source makes deterministic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Data", "Dataset", "Task"]


class Task(StrEnum):
    """What is to be learned: a class, with cross entropy, or numbers, with L2 loss."""

    classification = "classification"
    regression = "regression"


@dataclass(frozen=True, eq=False)
class Data:
    """Loaded arrays: inputs (n, ...) in float32; labels (n,) in int64 or targets (n, k) in float32.

    Args:
        name: the data set's registered name.
        source: where it comes from, in a few words.
        task: what is to be learned.

    >>> from initlab.data import Digits
    >>> from initlab.nd.random import Streams
    >>> data = Digits().load(Streams(seed=0))
    >>> data.train_x.shape, data.test_y.shape, data.source
    ((1438, 64), (359,), 'scikit-learn load_digits')
    """

    train_x: np.ndarray = field(repr=False)
    train_y: np.ndarray = field(repr=False)
    test_x: np.ndarray = field(repr=False)
    test_y: np.ndarray = field(repr=False)
    name: str
    source: str
    task: Task

    @cached_property
    def digest(self) -> str:
        """SHA-256 over dtype, shape and bytes of the training arrays, as hexadecimal digits."""
        sha = hashlib.sha256()
        for array in (self.train_x, self.train_y):
            sha.update(f"{array.dtype.str}{array.shape}".encode())
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
