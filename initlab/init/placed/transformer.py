"""Transformers whose residual branches start smaller the more there are."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from initlab.init.checks import positive
from initlab.init.independent import Normal, VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, need_branches
from initlab.init.spec import Role
from initlab.init.structured import Scaled

__all__ = ["GPT2", "DepthScaled", "SmallInit"]


@dataclass(frozen=True)
class GPT2(Placed):
    """N(0, sigma^2), the last weight of each residual branch over sqrt(branches).

    Radford et al. (2019): a block has two branches, so that L blocks give 1 / sqrt(2L).

    Args:
        sigma: the standard deviation.
    """

    sigma: float = 0.02
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def __post_init__(self) -> None:
        positive("gpt2", sigma=self.sigma)

    def at(self, place: Place) -> Given | None:
        """Return the normal law."""
        need_branches(place, "gpt2")
        if not place.ends_branch:
            return Given(Normal(self.sigma))
        factor = 1 / sqrt(place.branches)
        return Given(Normal(self.sigma * factor), f"x {factor:.4g} = 1/sqrt({place.branches})")


@dataclass(frozen=True)
class DepthScaled(Placed):
    """What `of` draws over sqrt(2l) in block l, counted from 1, of two residual branches.

    DS-Init (Zhang et al., 2019) with alpha = 1 / sqrt(2): their sqrt(l) counts blocks, so that the
    2l branches up to a block's end add up as GPT-2's do over the whole depth.

    Args:
        of: draws the weights.
    """

    of: Initializer = VarianceScaling(1.0)

    def at(self, place: Place) -> Given | None:
        """Return the scaled draw."""
        need_branches(place, "depth_scaled")
        if place.inner < 0:
            return Given(self.of)
        branches = 2 * (place.branch // 2 + 1)
        factor = 1 / sqrt(branches)
        return Given(Scaled(factor, self.of), f"x {factor:.4g} = 1/sqrt({branches})")


@dataclass(frozen=True)
class SmallInit(Placed):
    """N(0, 2 / 5d) (Nguyen & Salazar, 2019), branches' last weights N(0, (2 / (L sqrt(d)))^2).

    d is the width of the stream: the fan_in of a weight, the outputs of a branch's last one and
    of an embedding; L is the number of blocks, half of the branches (GPT-NeoX, after Wang).
    """

    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def at(self, place: Place) -> Given | None:
        """Return the normal law."""
        need_branches(place, "small_init")
        if place.ends_branch:
            blocks, width = place.branches / 2, place.spec.fan_out
            std = 2 / (blocks * sqrt(width))
            return Given(Normal(std), f"2 / ({blocks:g} sqrt({width}))")
        width = place.spec.fan_out if place.spec.role == Role.embedding else place.spec.fan_in
        return Given(Normal(sqrt(2 / (5 * width))), f"sqrt(2 / (5 x {width}))")
