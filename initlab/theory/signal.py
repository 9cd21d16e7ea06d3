"""What is known of a vector inside a net before a single weight is drawn."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Signal"]


@dataclass(frozen=True)
class Signal:
    """What is known of a vector before it is computed.

    Args:
        second_moment: of its elements, over draws of the weights.
        mean: of its elements.
        fluctuation: the variance, over draws, of the vector's own second moment, relative to the
            square of its expectation.
        sensitivity: by which power of the input's second moment its own grows.
        source: of freshly drawn independent elements: how many they are, and the fluctuation of
            their variance.
        common: the covariance of an element at two inputs, about 0; only normalization over a
            batch asks for it, so it may be left out.
    """

    second_moment: float
    mean: float = 0.0
    fluctuation: float = 0.0
    sensitivity: float = 1.0
    source: tuple[int, float] | None = None
    common: float | None = None

    @property
    def variance(self) -> float:
        """Of the elements."""
        return self.second_moment - self.mean**2
