"""What an activation does to a Gaussian signal: numbers from functions, no nets."""

from __future__ import annotations

from initlab.theory.gains import backward_gain, forward_gain, variance_gain
from initlab.theory.moments import derivative, mean, second_moment, variance

__all__ = [
    "backward_gain",
    "derivative",
    "forward_gain",
    "mean",
    "second_moment",
    "variance",
    "variance_gain",
]
