"""Variance scaling: independent draws whose variance is a constant over a fan."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from initlab.init.checks import choice, positive
from initlab.init.fans import Fans, Mode, fan
from initlab.init.independent.flat import Flat
from initlab.init.independent.gaussian import Gaussian
from initlab.init.independent.independent import Independent
from initlab.init.independent.truncated_gaussian import TWO_STD, TruncatedGaussian

if TYPE_CHECKING:
    from initlab.init.independent.distribution import Distribution
    from initlab.init.spec import ParameterSpec

__all__ = ["Shape", "VarianceScaling", "centred"]


class Shape(StrEnum):
    """The distribution, always of the variance asked for; truncated_normal is cut at 2 parents'."""

    normal = "normal"
    truncated_normal = "truncated_normal"
    uniform = "uniform"


@dataclass(frozen=True, repr=False)
class VarianceScaling(Independent):
    """Independent entries of variance scale / fan.

    LeCun's (1998) is 1 over fan_in, Glorot's (2010) 1 over fan_avg, He's (2015) 2 over fan_in; all
    three, under every framework's name, are presets of it.

    Args:
        scale: the variance times the fan.
        mode: which fan.
        distribution: normal, truncated_normal or uniform, all of the same variance.
        fans: who counts them: the layer's declared axes, or torch, keras or jax by position.

    >>> from initlab.init import ParameterSpec
    >>> round(VarianceScaling(2.0).variance(ParameterSpec((256, 20))), 12)
    0.1
    """

    scale: float = 1.0
    mode: Mode = Mode.fan_in
    distribution: Shape = Shape.normal
    fans: Fans = Fans.declared

    def __post_init__(self) -> None:
        positive("variance_scaling", scale=self.scale)
        for argument, options in (("mode", Mode), ("distribution", Shape), ("fans", Fans)):
            kind = choice("variance_scaling", argument, getattr(self, argument), options)
            object.__setattr__(self, argument, kind)

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return the law whose variance is scale / fan."""
        return centred(self.distribution, sqrt(self.scale / fan(spec, self.mode, self.fans)))


def centred(shape: Shape, std: float) -> Distribution:
    """Return the distribution of that shape with mean 0 and exactly that std."""
    if shape is Shape.uniform:
        return Flat(-sqrt(3) * std, sqrt(3) * std)
    if shape is Shape.normal:
        return Gaussian(std)
    return TruncatedGaussian(std / TWO_STD, -2.0, 2.0)
