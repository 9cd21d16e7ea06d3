"""Xavier, with Gluon's arguments."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING

from initlab.init.checks import choice, positive
from initlab.init.fans import Fans, Mode, fan
from initlab.init.independent.flat import Flat
from initlab.init.independent.gaussian import Gaussian
from initlab.init.independent.independent import Independent

if TYPE_CHECKING:
    from initlab.init.independent.distribution import Distribution
    from initlab.init.spec import ParameterSpec

__all__ = ["FactorType", "RandomType", "Xavier", "factor"]


class RandomType(StrEnum):
    """The distribution to draw from, as Gluon names them."""

    uniform = "uniform"
    gaussian = "gaussian"


FactorType = StrEnum("FactorType", {"avg": "avg", "in": "in", "out": "out"})
FactorType.__doc__ = "Which fan divides, as Gluon names them; `avg` is (fan_in + fan_out) / 2."


def factor(spec: ParameterSpec, kind: FactorType, by: Fans) -> float:
    """Return the fan that a factor type stands for.

    Raises:
        ShapeError: when the parameter has no fans, or they are not known yet.
    """
    return fan(spec, Mode(f"fan_{kind}"), by)


@dataclass(frozen=True, repr=False)
class Xavier(Independent):
    """Scale sqrt(magnitude / factor): uniform within it, or gaussian with it as std.

    Glorot & Bengio (2010), with Gluon's arguments. The default, magnitude 3 and uniform, is
    Glorot's; gaussian with magnitude 3 has three times Glorot's variance, as in Gluon.

    Args:
        rnd_type: the distribution.
        factor_type: the fan that divides; avg is the mean of both.
        magnitude: the square of the scale times the fan.
        fans: who counts them, by keyword: the declared axes, or a framework by position.

    >>> from initlab.init import ParameterSpec
    >>> round(Xavier().variance(ParameterSpec((256, 20))) * 138, 12)  # 2 / (fan_in + fan_out)
    1.0
    """

    rnd_type: RandomType = RandomType.uniform
    factor_type: FactorType = FactorType.avg
    magnitude: float = 3
    fans: Fans = field(default=Fans.declared, kw_only=True)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "rnd_type", choice("xavier", "rnd_type", self.rnd_type, RandomType)
        )
        kind = choice("xavier", "factor_type", self.factor_type, FactorType)
        object.__setattr__(self, "factor_type", kind)
        object.__setattr__(self, "fans", choice("xavier", "fans", self.fans, Fans))
        positive("xavier", magnitude=self.magnitude)

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return U(-scale, scale) or N(0, scale^2)."""
        scale = sqrt(self.magnitude / factor(spec, self.factor_type, self.fans))
        return Flat(-scale, scale) if self.rnd_type is RandomType.uniform else Gaussian(scale)
