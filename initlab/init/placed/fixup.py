"""Residual nets without normalization."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.init.fixed import Zeros
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, need_branches
from initlab.init.structured import Scaled

__all__ = ["Fixup"]


@dataclass(frozen=True)
class Fixup(Placed):
    """In each of L branches of m weights: all but the last times L^(-1/(2m - 2)), the last 0.

    Zhang, Dauphin & Ma (2019). The net's last weight is 0 too. Their branches also have a
    nn.ScalarBias before each layer and each activation, and a multiplier, nn.Residual's scalar
    scale: build them into the net, where they start at 0 and at 1.

    Args:
        of: draws the weights.
    """

    of: Initializer = VarianceScaling(2.0)

    def at(self, place: Place) -> Given | None:
        """Return the scaled draw, or zeros."""
        need_branches(place, "fixup")
        if place.is_last or place.ends_branch:
            return Given(Zeros(), "the last of its branch" if place.ends_branch else "the last")
        if place.inner < 0:
            norms = f"{place.norms} norms stay, which Fixup is to do without"
            return Given(self.of, norms if place.is_first and place.norms else "")
        power = 2 * place.inners - 2
        factor = place.branches ** (-1 / power)
        return Given(Scaled(factor, self.of), f"x {factor:.4g} = {place.branches}^(-1/{power})")
