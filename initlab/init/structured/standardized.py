"""Rows of mean zero and of one length."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import theory
from initlab.errors import ShapeError
from initlab.init.checks import positive
from initlab.init.independent import Normal
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrix_shape
from initlab.init.promises import Rows
from initlab.init.structured.units import centre, lengths, some_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Standardized"]


@dataclass(frozen=True)
class Standardized(Initializer):
    """gain (w - mean) / (std sqrt(fan_in)) for each output: scaled weight standardization.

    What normalizer-free nets keep up during training (Brock et al., 2021), as first values. Their
    gamma is 1 / sqrt(Var f(z)) of the activation f before the weight, ReLU's 1.71285855, see
    `initlab.theory.variance_gain`; timm's are sample means, up to 9e-4 off. A run's plan knows each
    weight's own activation; before the first layer, and where there is no plan of a run, it is 1.

    Args:
        gain: the length of each row; None for gamma of the activation that the net has there.
    """

    gain: float | None = None

    def __post_init__(self) -> None:
        if self.gain is not None:
            positive("standardized", gain=self.gain)

    def after(self, activation: Callable[[Any], Any] | None) -> Standardized:
        """Return the same with its own gain, or else with this activation's."""
        if self.gain is not None or activation is None:
            return self
        return Standardized(_gamma(activation))

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw Gaussian rows and standardize them.

        Raises:
            ShapeError: when outputs have a single weight, whose deviation is 0.
        """
        self._check(spec)
        Normal(1.0).write(spec, rng, out)
        for rows, along in some_rows(out, spec):
            centre(rows, along)
            np.multiply(rows, (self.gain or 1.0) / lengths(rows, along), out=rows)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of a random vector's entries, on the sphere orthogonal to (1, ..., 1)."""
        n = self._check(spec)[2]
        g = self.gain or 1.0
        rows = Rows(sum=0.0, square_sum=g**2)
        kurtosis = 3 * (n - 1) / (n + 1)
        return Law(0.0, g**2 / n, kurtosis, -g, g, Entries.dependent, (rows,))

    @staticmethod
    def _check(spec: ParameterSpec) -> tuple[int, int, int]:
        shape = matrix_shape(spec)
        if shape[2] < 2:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has one weight an output, which cannot be "
                "standardized. Choose ones for it."
            )
        return shape


@cache
def _gamma(f: Callable[[Any], Any]) -> float:
    return theory.variance_gain(f)
