"""He's rule for PReLU, with Gluon's defaults."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import sqrt
from typing import TYPE_CHECKING

from initlab.init.checks import choice, finite
from initlab.init.fans import Fans
from initlab.init.independent.gaussian import Gaussian
from initlab.init.independent.independent import Independent
from initlab.init.independent.xavier import FactorType, factor

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["MSRAPrelu"]


@dataclass(frozen=True, repr=False)
class MSRAPrelu(Independent):
    """N(0, 2 / ((1 + slope^2) factor)), for PReLU (He et al., 2015), with Gluon's defaults.

    Args:
        factor_type: the fan that divides; avg is the mean of both.
        slope: PReLU's slope for negative inputs.
        fans: who counts them, by keyword: the declared axes, or a framework by position.

    >>> from initlab.init import ParameterSpec
    >>> round(MSRAPrelu().variance(ParameterSpec((256, 20))), 6)  # sd .1168
    0.01364
    """

    factor_type: FactorType = FactorType.avg
    slope: float = 0.25
    fans: Fans = field(default=Fans.declared, kw_only=True)

    def __post_init__(self) -> None:
        kind = choice("msraprelu", "factor_type", self.factor_type, FactorType)
        object.__setattr__(self, "factor_type", kind)
        object.__setattr__(self, "fans", choice("msraprelu", "fans", self.fans, Fans))
        finite("msraprelu", slope=self.slope)

    def entry(self, spec: ParameterSpec) -> Gaussian:
        """Return N(0, 2 / ((1 + slope^2) factor))."""
        return Gaussian(sqrt(2 / ((1 + self.slope**2) * factor(spec, self.factor_type, self.fans))))
