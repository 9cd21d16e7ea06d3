"""Parametrizations of width: the std of each weight, and the learning rate that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import choice
from initlab.init.independent import Normal
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed
from initlab.init.spec import Role

__all__ = ["NTK", "MuP", "Rule"]


class Rule(StrEnum):
    """The optimizer whose learning rates are meant."""

    sgd = "sgd"
    adam = "adam"


@dataclass(frozen=True, repr=False)
class MuP(Placed):
    """Maximal update parametrization: learning rates that are right at every width.

    Yang & Hu (2021), Yang et al. (2022), table 8, written with standard forward passes. With
    n = fan_in and r = n / base: hidden weights have variance 1 / n, the last one 1 / (n r),
    or 0 with `zero_output`. Adam's rates: first 1, hidden and last 1 / r. SGD's: first r (its width
    is fan_out), hidden 1, last 1 / r. Biases keep their rate, which is Adam's. With base 1 and SGD
    this is the mean-field parametrization (Mei et al., 2018), whose forward factor 1 / n is in
    the last weight.

    Args:
        base: the width at which all multipliers are 1, where the rate was tuned.
        optimizer: adam or sgd.
        scale: the variance of hidden weights times n; 2 for ReLU.
        zero_output: whether the last weight starts at 0, as its authors advise.
    """

    base: int = 64
    optimizer: Rule = Rule.adam
    scale: float = 1.0
    zero_output: bool = False
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimizer", choice("mup", "optimizer", self.optimizer, Rule))
        if self.base < 1:
            raise BadValueError(f"mup: base is a width of at least 1, got {self.base}.")

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate."""
        n, sgd = place.spec.fan_in, self.optimizer is Rule.sgd
        if place.is_first:
            wide = place.spec.fan_out / self.base
            std = 1.0 if place.spec.role == Role.embedding else sqrt(self.scale / n)
            rate = wide if sgd else 1.0
            return Given(Normal(std), f"input, {_rate(rate)}", rate)
        r = n / self.base
        if place.is_last:
            std = 0.0 if self.zero_output else sqrt(1 / (n * r))
            return Given(Normal(std), f"output, n/base = {r:g}, {_rate(1 / r)}", 1 / r)
        rate = 1.0 if sgd else 1 / r
        return Given(Normal(sqrt(self.scale / n)), f"hidden, n/base = {r:g}, {_rate(rate)}", rate)


@dataclass(frozen=True, repr=False)
class NTK(Placed):
    """The neural tangent parametrization: w ~ N(0, 1), forward over sqrt(fan_in) (Jacot, 2018).

    The forward factor a = 1 / sqrt(n) is taken into the weight, which changes nothing else: its
    variance becomes scale / n and its rate a^2 = 1 / n of SGD's, a of Adam's.

    Args:
        scale: the variance times fan_in; 2 for ReLU.
        optimizer: sgd or adam.
    """

    scale: float = 1.0
    optimizer: Rule = Rule.sgd

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimizer", choice("ntk", "optimizer", self.optimizer, Rule))

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate."""
        n = place.spec.fan_in
        rate = 1 / n if self.optimizer is Rule.sgd else 1 / sqrt(n)
        return Given(Normal(sqrt(self.scale / n)), f"forward 1/sqrt({n}), {_rate(rate)}", rate)


def _rate(rate: float) -> str:
    return f"lr x {rate:.4g}"
