"""Laplace initialization: weights with heavier tails than a Gaussian of the same variance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from initlab.catalog import hookimpl
from initlab.errors import BadValueError
from initlab.init import Initializer, Law, ParameterSpec

if TYPE_CHECKING:
    import numpy as np


class Mode(StrEnum):
    """What the variance is divided by: the fan in, the mean of both fans, or nothing."""

    fan_in = "fan_in"
    fan_avg = "fan_avg"
    fixed = "fixed"


@dataclass(frozen=True)
class Laplace(Initializer):
    """Draw from the density exp(-|w| / b) / 2b, with the variance 2b^2 = scale^2 / fan.

    Args:
        scale: the standard deviation of a weight times the root of its fan.
        mode: which fan.
    """

    scale: float = 1.0
    mode: Mode = Mode.fan_in

    def __post_init__(self) -> None:
        if not self.scale > 0:
            raise BadValueError(f"scale must be positive, got {self.scale}.")
        if self.mode not in list(Mode):
            raise BadValueError(f"mode must be one of {', '.join(Mode)}, got {self.mode!r}.")

    def law(self, spec: ParameterSpec) -> Law:
        """Return mean 0, variance scale^2 / fan and kurtosis 6, the double of a Gaussian's."""
        return Law(mean=0.0, variance=self.scale**2 / self._fan(spec), kurtosis=6.0)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> np.ndarray:
        """Draw independent values of the spec's shape."""
        b = self.scale / sqrt(2 * self._fan(spec))
        return rng.laplace(0.0, b, spec.shape).astype(spec.dtype)

    def _fan(self, spec: ParameterSpec) -> float:
        if self.mode == Mode.fixed:
            return 1
        return spec.fan_in if self.mode == Mode.fan_in else (spec.fan_in + spec.fan_out) / 2


@hookimpl
def initlab_initializers() -> dict[str, type[Initializer]]:
    """Offer it as `+init=laplace`."""
    return {"laplace": Laplace}
