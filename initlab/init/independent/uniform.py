"""Uniform, whatever the parameter's shape."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from initlab.init.checks import finite, not_negative
from initlab.init.independent.flat import Flat
from initlab.init.independent.independent import Independent

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["Uniform"]


@dataclass(frozen=True)
class Uniform(Independent):
    """U[mean - scale, mean + scale); Gluon's default, with scale 0.07.

    Args:
        scale: the half width.
        mean: the middle; by keyword, for Gluon has none.

    >>> round(Uniform(3).variance(None))
    3
    """

    scale: float = 0.07
    mean: float = field(default=0.0, kw_only=True)

    def __post_init__(self) -> None:
        not_negative("uniform", scale=self.scale)
        finite("uniform", mean=self.mean)

    def entry(self, spec: ParameterSpec) -> Flat:  # noqa: ARG002 - the same for every shape
        """Return the uniform law."""
        return Flat(self.mean - self.scale, self.mean + self.scale)
