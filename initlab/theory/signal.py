"""What is known of a vector inside a net before a single weight is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Moment", "Signal"]

Array = NDArray[np.floating[Any]]
Moment = float | Array
"""A second moment: of all elements, or (inputs, channels, *places) where `Signal.sample` is."""


@dataclass(frozen=True)
class Signal:
    """What is known of a vector before it is computed.

    Args:
        second_moment: of its elements, over draws of the weights.
        mean: of its elements.
        fluctuation: the variance, over draws, of the vector's own second moment, relative to the
            square of its expectation; nan where there is no prediction of it.
        sensitivity: by which power of the input's second moment its own grows.
        source: of freshly drawn elements: how many they are, and the fluctuation of their variance
            if they are independent; -2 / their number more would keep their length.
        common: the covariance of an element at two inputs, about 0; only normalization over a
            batch asks for it, so it may be left out.
        sample: (inputs, channels, *places): some inputs as they are, or channels with the law of
            those that a few inputs lead to; only windows and pools ask for it.
    """

    second_moment: float
    mean: float = 0.0
    fluctuation: float = 0.0
    sensitivity: float = 1.0
    source: tuple[int, float] | None = None
    common: float | None = None
    sample: Array | None = None

    def sampled(self, sample: Array) -> Signal:
        """Return the signal with another sample, and its second moment and mean.

        The mean is the inputs' root mean square one, where they differ.
        """
        means = np.mean(sample, axis=tuple(range(1, sample.ndim)), dtype=np.float64)
        mean = float(np.copysign(np.sqrt(np.mean(means**2)), means.sum()))
        moment = float(np.mean(np.square(sample, dtype=np.float64)))
        return replace(self, second_moment=moment, mean=mean, sample=sample)

    @property
    def variance(self) -> float:
        """Of the elements."""
        return self.second_moment - self.mean**2
