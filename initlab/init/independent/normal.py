"""Normal, whatever the parameter's shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from initlab.init.checks import finite, not_negative
from initlab.init.independent.gaussian import Gaussian
from initlab.init.independent.independent import Independent

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["Normal"]


@dataclass(frozen=True)
class Normal(Independent):
    """N(mean, sigma^2).

    Args:
        sigma: the standard deviation.
        mean: the mean; by keyword, for Gluon has none.

    >>> Normal(0.5).variance(None)
    0.25
    """

    sigma: float = 0.01
    mean: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        not_negative("normal", sigma=self.sigma)
        finite("normal", mean=self.mean)

    def entry(self, spec: ParameterSpec) -> Gaussian:  # noqa: ARG002 - the same for every shape
        """Return the normal law."""
        return Gaussian(self.sigma, self.mean)
