"""Randomized asymmetric initialization, against ReLU nets that are born dead."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.init.checks import positive
from initlab.init.independent import Normal
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrices_of, pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["RAI"]


@dataclass(frozen=True)
class RAI(Initializer):
    """N(0, gain^2 / fan_in), but one weight of each output from Beta(2, 1), which is positive.

    Lu, Shin, Su & Karniadakis (2019). Theirs picks among an output's weights and its bias, which it
    is with a chance of 1 / (fan_in + 1). Here it is always a weight: a bias is drawn from a stream
    of its own, and neither can know what was picked in the other. The calibrator `rai_bias` comes
    after it, draws biases and gives them their share.

    Args:
        gain: theirs is 0.6007, which keeps ReLU signals from growing: as (gz + b)+ <= gz+ + b, no
            layer multiplies the second moment by more than g^2/2 + 4g/(3 sqrt(2 pi)) + 1/2 = 1.
    """

    gain: float = 0.6007

    def __post_init__(self) -> None:
        positive("rai", gain=self.gain)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        Normal(self.gain / sqrt(spec.fan_in)).write(spec, rng, out)
        with matrices_of(out, spec) as matrices:
            for index in pieces(matrices.shape[:2]):
                outputs = matrices[index]
                each = np.indices(outputs.shape[:2], sparse=True)
                chosen = rng.integers(spec.fan_in, size=outputs.shape[:2])
                place = np.unravel_index(chosen, outputs.shape[2:])
                outputs[(*each, *place)] = rng.beta(2, 1, chosen.shape)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the mixture; the k-th moment of Beta(2, 1) is 2 / (2 + k)."""
        n = spec.fan_in
        share, variance = 1 / n, self.gain**2 / n
        normal = (1, 0, variance, 0, 3 * variance**2)
        raw = [(1 - share) * normal[k] + share * 2 / (2 + k) for k in range(5)]
        mean = raw[1]
        second = raw[2] - mean**2
        fourth = raw[4] - 4 * mean * raw[3] + 6 * mean**2 * raw[2] - 3 * mean**4
        return Law(mean, second, fourth / second**2, entries=Entries.dependent)
