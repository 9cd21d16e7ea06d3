"""Parametrizations of width: the std of each weight, and the learning rate that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import choice, not_negative
from initlab.init.independent import Normal
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, need_branches
from initlab.init.spec import Role

__all__ = ["NTK", "MuP", "OptimizerKind", "UMuP"]


class OptimizerKind(StrEnum):
    """The optimizer whose learning rates are meant."""

    sgd = "sgd"
    adam = "adam"


@dataclass(frozen=True, repr=False)
class MuP(Placed):
    """Maximal update parametrization: learning rates that are right at every width, and depth.

    Yang & Hu (2021), Yang et al. (2022), table 8, written with standard forward passes. With
    n = fan_in and r = n / base: hidden weights have variance 1 / n, the last one 1 / (n r),
    or 0 with `zero_output`. Adam's rates: first and embeddings 1, hidden and last 1 / r. SGD's:
    first r (its width is fan_out), hidden 1, last 1 / r. Biases keep their rate, which is Adam's.
    With base 1 and SGD this is the mean-field parametrization (Mei et al., 2018), whose forward
    factor 1 / n is in the last weight. Attention divides scores by the width of a head instead of
    its root: the factor 1 / sqrt(r) that is missing is in the queries, a = 1 / sqrt(r) of their
    Adam's rate, a^2 of SGD's.

    With m = branches / base_depth a power p of `depth` multiplies residual branches by m^-p, taken
    into their last weights and their Adam's rates, and the rates of all weights in branches by
    m^(p-1): 1/2 is depth-muP (Yang et al., 2023), 1 is CompleteP (Dey et al., 2025).

    Args:
        base: the width at which all multipliers are 1, where the rate was tuned.
        optimizer: adam or sgd.
        scale: the variance of hidden weights times n; 2 for ReLU.
        zero_output: whether the last weight starts at 0, as its authors advise.
        zero_query: whether queries do, as they advise, too.
        wide_heads: whether wider nets have wider heads, not more of them.
        depth: the power p; 0 leaves branches alone.
        base_depth: the number of branches at which depth multiplies by 1; a transformer block has
            two.
    """

    base: int = 64
    optimizer: OptimizerKind = OptimizerKind.adam
    scale: float = 1.0
    zero_output: bool = False
    zero_query: bool = False
    wide_heads: bool = True
    depth: float = 0.0
    base_depth: int = 4
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "optimizer", choice("mup", "optimizer", self.optimizer, OptimizerKind)
        )
        if self.base < 1:
            raise BadValueError(f"mup: base is a width of at least 1, got {self.base}.")
        if self.base_depth < 1:
            raise BadValueError(f"mup: base_depth is at least 1 branch, got {self.base_depth}.")
        not_negative("mup", depth=self.depth)
        if self.depth and self.optimizer is OptimizerKind.sgd:
            raise BadValueError("mup: depth is for adam, whose rates are known; got sgd.")

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate."""
        if self.depth:
            need_branches(place, "depth-muP")
        if place.is_first or place.spec.role == Role.embedding:
            return self._first(place)
        r = place.spec.fan_in / self.base
        if place.is_last:
            std = 0.0 if self.zero_output else sqrt(1 / (place.spec.fan_in * r))
            return Given(Normal(std), f"output, n/base = {r:g}, {_rate(1 / r)}", 1 / r)
        return self._hidden(place, r)

    def _first(self, place: Place) -> Given:
        rate = place.spec.fan_out / self.base if self.optimizer is OptimizerKind.sgd else 1.0
        embeds = place.spec.role == Role.embedding
        std = 1.0 if embeds else sqrt(self.scale / place.spec.fan_in)
        return Given(Normal(std), f"input, {_rate(rate)}", rate)

    def _hidden(self, place: Place, r: float) -> Given:
        std, rate = sqrt(self.scale / place.spec.fan_in), 1 / r
        note, factor = f"hidden, n/base = {r:g}", 1.0
        if self.depth and place.branch >= 0:
            m = place.branches / self.base_depth
            rate *= m ** (self.depth - 1)
            factor = m**-self.depth if place.ends_branch else 1.0
            note += f", branches/base = {m:g}"
        if place.mentions("query"):
            factor *= 1 / sqrt(r) if self.wide_heads else 1.0
            std *= not self.zero_query
            note = f"query of {note}"
        if factor != 1:
            note += f", x {factor:.4g}"
        rate = factor**2 if self.optimizer is OptimizerKind.sgd else factor * rate
        return Given(Normal(factor * std), f"{note}, {_rate(rate)}", rate)


@dataclass(frozen=True)
class UMuP(Placed):
    """The unit-scaled maximal update parametrization, u-muP (Blake et al., 2024), for Adam.

    Its weights are N(0, 1) with forward factors a: 1 / sqrt(n) in hidden layers of fan_in n, 1 / n
    in the last. Taken into the weights, these are N(0, a^2), the rates a times u-muP's own:
    1 / sqrt(n) for hidden weights, 1 / sqrt(width) for embeddings, 1 for the last. In nets of L
    blocks, two residual branches each, a branch is added over sqrt(L), which its last weight has,
    and whatever is in branches learns at 1 / sqrt(L). Its factors for activations and its attention
    over the width of heads are not in weights, and left out.
    """

    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate."""
        spec = place.spec
        if spec.role == Role.embedding:
            rate = 1 / sqrt(spec.fan_out)
            return Given(Normal(1.0), f"embedding, {_rate(rate)}", rate)
        n = spec.fan_in
        if place.is_last:
            return Given(Normal(1 / n), f"output, {_rate(1 / n)}", 1 / n)
        std, rate = 1 / sqrt(n), 1 / n
        if place.branch < 0:
            return Given(Normal(std), f"hidden, {_rate(rate)}", rate)
        soft = 1 / sqrt(place.branches / 2)
        a = soft if place.ends_branch else 1.0
        told = f"hidden, {place.branches / 2:g} blocks, {_rate(a * soft * rate)}"
        return Given(Normal(a * std), told, a * soft * rate)


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
    optimizer: OptimizerKind = OptimizerKind.sgd

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "optimizer", choice("ntk", "optimizer", self.optimizer, OptimizerKind)
        )

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate."""
        n = place.spec.fan_in
        rate = 1 / n if self.optimizer is OptimizerKind.sgd else 1 / sqrt(n)
        return Given(Normal(sqrt(self.scale / n)), f"forward 1/sqrt({n}), {_rate(rate)}", rate)


def _rate(rate: float) -> str:
    return f"lr x {rate:.4g}"
