"""How evenly the values of each parameter fill their range."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np

from initlab.probes.histogram import histogram
from initlab.probes.probe import Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WeightEntropy"]


@dataclass(frozen=True)
class WeightEntropy(Probe):
    """The entropy (Shannon, 1948), in bits, of each parameter's histogram of 64 bins.

    6 where every bin between the least and the largest value holds as many, less where they
    crowd together, 0 for a constant; not a number where a value is none. Of complex values it
    is their magnitudes'.
    """

    headlines = ("weight_entropy",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield one reading a parameter."""
        for path, weight in snapshot.weights.items():
            yield Reading("weight_entropy", path, _entropy(weight))


def _entropy(array: np.ndarray) -> float:
    if array.dtype.kind == "c":
        array = np.abs(array)
    low, high = float(array.min()), float(array.max())
    if not isfinite(high - low):
        return float("nan")
    counts = histogram(array, low, high)
    shares = counts[counts > 0] / array.size
    return float(-(shares * np.log2(shares)).sum()) + 0.0
