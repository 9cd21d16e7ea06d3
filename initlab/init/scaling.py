"""Variance scaling: independent draws whose variance is a constant over a fan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from initlab.init.checks import choice, finite, positive
from initlab.init.draws import draw_normal, draw_uniform
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["FactorType", "He", "LeCun", "MSRAPrelu", "RandomType", "Xavier"]


class RandomType(StrEnum):
    """The distribution to draw from, as Gluon names them."""

    uniform = "uniform"
    gaussian = "gaussian"


FactorType = StrEnum("FactorType", {"avg": "avg", "in": "in", "out": "out"})
FactorType.__doc__ = "Which fan divides, as Gluon names them; `avg` is (fan_in + fan_out) / 2."


def factor(spec: ParameterSpec, kind: FactorType) -> float:
    """Return the fan that a factor type stands for.

    Raises:
        ShapeError: when the parameter has no fans, or they are not known yet.
    """
    if kind == FactorType.avg:
        return (spec.fan_in + spec.fan_out) / 2
    return spec.fan_in if kind == "in" else spec.fan_out


@dataclass(frozen=True, repr=False)
class Xavier(Initializer):
    """Scale sqrt(magnitude / factor): uniform within it, or gaussian with it as std.

    Glorot & Bengio (2010), with Gluon's arguments. The default, magnitude 3 and uniform, is
    Glorot's; gaussian with magnitude 3 has three times Glorot's variance, as in Gluon.

    Args:
        rnd_type: the distribution.
        factor_type: the fan that divides; avg is the mean of both.
        magnitude: the square of the scale times the fan.

    >>> from initlab.init import ParameterSpec
    >>> round(Xavier().variance(ParameterSpec((256, 20))) * 138, 12)  # 2 / (fan_in + fan_out)
    1.0
    """

    rnd_type: RandomType = RandomType.uniform
    factor_type: FactorType = FactorType.avg
    magnitude: float = 3

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "rnd_type", choice("xavier", "rnd_type", self.rnd_type, RandomType)
        )
        kind = choice("xavier", "factor_type", self.factor_type, FactorType)
        object.__setattr__(self, "factor_type", kind)
        positive("xavier", magnitude=self.magnitude)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        scale = self._scale(spec)
        if self.rnd_type == RandomType.uniform:
            return draw_uniform(spec, rng, scale)
        return draw_normal(spec, rng, scale)

    def variance(self, spec: ParameterSpec) -> float:
        """Return scale^2 / 3 (uniform) or scale^2 (gaussian)."""
        return self._scale(spec) ** 2 / (3 if self.rnd_type == RandomType.uniform else 1)

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 9/5 (uniform) or 3 (gaussian)."""
        return 1.8 if self.rnd_type == RandomType.uniform else 3.0

    def _scale(self, spec: ParameterSpec) -> float:
        return sqrt(self.magnitude / factor(spec, self.factor_type))


@dataclass(frozen=True)
class He(Initializer):
    """N(0, gain^2 / fan_in), which keeps the second moment through ReLU layers (He et al., 2015).

    Args:
        gain: sqrt(2) makes up for the half that ReLU cuts off; for others see `initlab.theory`.

    >>> from initlab.init import ParameterSpec
    >>> round(He().variance(ParameterSpec((256, 20))), 12)
    0.1
    """

    gain: float = sqrt(2)

    def __post_init__(self) -> None:
        positive("he", gain=self.gain)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        return draw_normal(spec, rng, sqrt(self.variance(spec)))

    def variance(self, spec: ParameterSpec) -> float:
        """Return gain^2 / fan_in."""
        return self.gain**2 / spec.fan_in

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 3."""
        return 3.0


@dataclass(frozen=True)
class LeCun(Initializer):
    """N(0, 1 / fan_in), which keeps the second moment through linear layers (LeCun et al., 1998).

    >>> from initlab.init import ParameterSpec
    >>> LeCun().variance(ParameterSpec((256, 20)))
    0.05
    """

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        return draw_normal(spec, rng, sqrt(self.variance(spec)))

    def variance(self, spec: ParameterSpec) -> float:
        """Return 1 / fan_in."""
        return 1 / spec.fan_in

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 3."""
        return 3.0


@dataclass(frozen=True, repr=False)
class MSRAPrelu(Initializer):
    """N(0, 2 / ((1 + slope^2) factor)), for PReLU (He et al., 2015), with Gluon's defaults.

    Args:
        factor_type: the fan that divides; avg is the mean of both.
        slope: PReLU's slope for negative inputs.

    >>> from initlab.init import ParameterSpec
    >>> round(MSRAPrelu().variance(ParameterSpec((256, 20))), 6)  # sd .1168
    0.01364
    """

    factor_type: FactorType = FactorType.avg
    slope: float = 0.25

    def __post_init__(self) -> None:
        kind = choice("msraprelu", "factor_type", self.factor_type, FactorType)
        object.__setattr__(self, "factor_type", kind)
        finite("msraprelu", slope=self.slope)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw."""
        return draw_normal(spec, rng, sqrt(self.variance(spec)))

    def variance(self, spec: ParameterSpec) -> float:
        """Return 2 / ((1 + slope^2) factor)."""
        return 2 / ((1 + self.slope**2) * factor(spec, self.factor_type))

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 3."""
        return 3.0
