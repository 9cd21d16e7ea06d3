"""Data that are made, not found: a random teacher's function, and spirals in the plane."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task, split
from initlab.data.options import at_least, between

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Spirals", "Teacher"]


@dataclass(frozen=True)
class Teacher:
    """Regression on what a random tanh net with one hidden layer says of Gaussian inputs.

    y = V tanh(U x) + noise, with U of variance 1/inputs and V of variance 1/width.

    Args:
        inputs: features of a sample.
        outputs: numbers to predict.
        width: the teacher's hidden units.
        samples: how many, the test data included.
        noise: std of the noise added to the targets.
        test_share: the share of samples kept for testing.
    """

    inputs: int = 20
    outputs: int = 1
    width: int = 32
    samples: int = 2000
    noise: float = 0.0
    test_share: float = 0.2

    def __post_init__(self) -> None:
        at_least("teacher", 1, inputs=self.inputs, outputs=self.outputs, width=self.width)
        at_least("teacher", 2, samples=self.samples)
        at_least("teacher", 0, noise=self.noise)
        between("teacher", 0, 1, test_share=self.test_share)

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
        rng = source.stream("data/teacher")
        hidden = rng.standard_normal((self.inputs, self.width)) / sqrt(self.inputs)
        readout = rng.standard_normal((self.width, self.outputs)) / sqrt(self.width)
        x = rng.standard_normal((self.samples, self.inputs))
        noise = self.noise * rng.standard_normal((self.samples, self.outputs))
        y = np.tanh(x @ hidden) @ readout + noise
        parts = split(x.astype(np.float32), y.astype(np.float32), self.test_share, source)
        return Data(*parts, "teacher", f"random tanh teacher of width {self.width}", self.task)


@dataclass(frozen=True)
class Spirals:
    """Classification of points on interleaved spiral arms, one class an arm (Lang & Witbrock, 1988).

    Args:
        outputs: the number of arms.
        samples: how many points, the test data included.
        turns: how often an arm goes around.
        noise: std of the angle, in radians.
        test_share: the share of samples kept for testing.
    """

    outputs: int = 2
    samples: int = 2000
    turns: float = 1.0
    noise: float = 0.05
    test_share: float = 0.2

    def __post_init__(self) -> None:
        at_least("spirals", 2, outputs=self.outputs, samples=self.samples)
        at_least("spirals", 0, turns=self.turns, noise=self.noise)
        between("spirals", 0, 1, test_share=self.test_share)

    @property
    def task(self) -> Task:
        """Classification."""
        return Task.classification

    @property
    def input_shape(self) -> tuple[int, ...]:
        """A point in the plane."""
        return (2,)

    def example(self) -> np.ndarray:
        """Return two zero samples."""
        return np.zeros((2, 2), np.float32)

    def load(self, source: RandomSource) -> Data:
        """Draw the points and split."""
        rng = source.stream("data/spirals")
        arm = np.arange(self.samples) % self.outputs
        radius = np.sqrt(rng.random(self.samples))
        angle = 2 * np.pi * (self.turns * radius + arm / self.outputs)
        angle += self.noise * rng.standard_normal(self.samples)
        x = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
        parts = split(x.astype(np.float32), arm.astype(np.int64), self.test_share, source)
        return Data(*parts, "spirals", f"{self.outputs} spiral arms", self.task)
