"""Points on interleaved spirals in the plane, one class an arm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task
from initlab.data.options import count, not_negative, parted
from initlab.data.order import split

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Spirals"]


@dataclass(frozen=True)
class Spirals:
    """Classification of points on interleaved spiral arms (Lang & Witbrock, 1988).

    A point of radius r, uniform over the unit disk, lies on arm a of k at the angle
    2 pi (turns r + a/k) + noise. The arms have equally many points, up to one.

    Args:
        outputs: the number of arms, each a class.
        samples: how many points, the test data included.
        turns: how often an arm goes around.
        noise: std of the Gaussian noise of the angle, in radians.
        test_share: the share of samples kept for testing.

    >>> from initlab.nd.random import Streams
    >>> Spirals(outputs=3, samples=10).load(Streams(0)).train_x.shape
    (8, 2)
    """

    outputs: int = 2
    samples: int = 2000
    turns: float = 1.0
    noise: float = 0.05
    test_share: float = 0.2

    def __post_init__(self) -> None:
        count("spirals", 2, outputs=self.outputs)
        count("spirals", self.outputs, samples=self.samples)
        not_negative("spirals", turns=self.turns, noise=self.noise)
        parted("spirals", self.samples, self.test_share)

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
