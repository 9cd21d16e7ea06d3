"""Regression on what a random net, the teacher, says of Gaussian inputs."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task
from initlab.data.options import count, not_negative, parted
from initlab.data.order import split

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Teacher"]


@dataclass(frozen=True)
class Teacher:
    """y = V h_depth + noise with h_k = tanh(U_k h_{k-1}), h_0 = x ~ N(0, 1).

    Every matrix is Gaussian of variance 1/fan_in. The teacher, the inputs and the noise have
    streams of their own (`data/teacher`, `data/inputs`, `data/noise`), so that another width
    asks about the same inputs.

    Args:
        inputs: features of a sample.
        outputs: numbers to predict.
        width: the teacher's units in a hidden layer.
        depth: the teacher's hidden layers; with 0 it is linear.
        samples: how many, the test data included.
        noise: std of the Gaussian noise added to the targets.
        test_share: the share of samples kept for testing.

    >>> from initlab.nd.random import Streams
    >>> Teacher(inputs=5, outputs=2, samples=100).load(Streams(0)).train_y.shape
    (80, 2)
    """

    inputs: int = 20
    outputs: int = 1
    width: int = 32
    depth: int = 1
    samples: int = 2000
    noise: float = 0.0
    test_share: float = 0.2

    def __post_init__(self) -> None:
        count("teacher", 1, inputs=self.inputs, outputs=self.outputs, width=self.width)
        count("teacher", 0, depth=self.depth)
        count("teacher", 2, samples=self.samples)
        not_negative("teacher", noise=self.noise)
        parted("teacher", self.samples, self.test_share)

    @property
    def task(self) -> Task:
        """Regression."""
        return Task.regression

    @property
    def input_shape(self) -> tuple[int, ...]:
        """`inputs` numbers."""
        return (self.inputs,)

    def example(self) -> np.ndarray:
        """Return two zero samples."""
        return np.zeros((2, self.inputs), np.float32)

    def load(self, source: RandomSource) -> Data:
        """Draw the teacher, the inputs and the noise, and split."""
        x = source.stream("data/inputs").standard_normal((self.samples, self.inputs))
        noise = source.stream("data/noise").standard_normal((self.samples, self.outputs))
        y = self._answer(x, source.stream("data/teacher")) + self.noise * noise
        parts = split(x.astype(np.float32), y.astype(np.float32), self.test_share, source)
        text = f"random tanh teacher, width {self.width}, depth {self.depth}"
        return Data(*parts, "teacher", text, self.task)

    def _answer(self, x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        hidden = x
        for _ in range(self.depth):
            hidden = np.tanh(_layer(hidden, self.width, rng))
        return _layer(hidden, self.outputs, rng)


def _layer(x: np.ndarray, units: int, rng: np.random.Generator) -> np.ndarray:
    fan_in = x.shape[1]
    return x @ (rng.standard_normal((fan_in, units)) / sqrt(fan_in))
