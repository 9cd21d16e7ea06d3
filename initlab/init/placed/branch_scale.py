"""Residual branches that start silent, or soft."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import choice
from initlab.init.fixed import Constant
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, need_branches
from initlab.init.spec import Role

__all__ = ["BranchScale", "Start"]


class Start(StrEnum):
    """What each branch's scale starts at."""

    zero = "zero"
    inverse_root = "inverse_root"
    layer_scale = "layer_scale"


@dataclass(frozen=True, repr=False)
class BranchScale(Placed):
    """The scale of each residual branch: 0, 1 / sqrt(branches), or LayerScale's by depth.

    ReZero (Bachlechner et al., 2020) and SkipInit (De & Smith, 2020): 0. LayerScale (Touvron et
    al., 2021): 0.1 up to 18 blocks, 1e-5 up to 24, 1e-6 beyond, a transformer block having two
    branches. The branches need a scale of their own: Residual(scale="scalar" or "channel").

    Args:
        start: zero, inverse_root or layer_scale.
        of: draws the weights.
    """

    start: Start = Start.zero
    of: Initializer = VarianceScaling(2.0)
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.gain)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", choice("branch_scale", "start", self.start, Start))

    def at(self, place: Place) -> Given | None:
        """Return the scale's value, and `of` for weights."""
        need_branches(place, "branch_scale")
        if place.is_weight:
            if place.branch >= 0 and not place.scaled:
                raise BadValueError(
                    "branch_scale sets the scale of residual branches, and the branch of "
                    f"{place.path} has none: build it as Residual(body, scale='scalar'), "
                    "in a config +model.children.body.of.scale=scalar."
                )
            return Given(self.of)
        if place.branch < 0 or place.name != "scale":
            return None
        return Given(Constant(self.value(place.branches)), f"{place.branches} branches")

    def value(self, branches: int) -> float:
        """Return what the scales of a net with so many branches start at."""
        if self.start is Start.zero:
            return 0.0
        if self.start is Start.inverse_root:
            return 1 / sqrt(branches)
        blocks = branches / 2
        return 0.1 if blocks <= 18 else 1e-5 if blocks <= 24 else 1e-6
