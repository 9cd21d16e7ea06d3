"""Parametrizations of width: the std of each weight, and the learning rate that belongs to it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import choice, not_negative, positive
from initlab.init.fixed import Ones, Zeros
from initlab.init.independent import Normal
from initlab.init.place import OptimizerKind, Place
from initlab.init.placed.placed import Given, Placed, absorbed, need_branches, told_rate
from initlab.init.spec import Role

__all__ = ["NTK", "MuP", "UMuP"]


@dataclass(frozen=True, repr=False)
class MuP(Placed):
    """Maximal update parametrization: learning rates that are right at every width, and depth.

    Yang & Hu (2021), Yang et al. (2022), table 8, written with standard forward passes. With
    n = fan_in and r = n / base: hidden weights have variance 1 / n, the last one 1 / (n r),
    or 0 with `zero_output`. Adam's rates: first, embeddings, biases and gains 1, hidden and last
    1 / r. SGD's: first, embeddings, biases and gains r (of their own width), hidden 1, last 1 / r.
    The output's bias has no width and keeps its rate. With base 1 this is the mean-field
    parametrization (Mei et al., 2018), whose forward factor 1 / n is in the last weight. Attention
    divides scores by the width of a head instead of its root: the factor a = 1 / sqrt(r) that is
    missing is in the queries, a of their Adam's rate, a^2 of SGD's. Weight decay goes by the rates.

    With m = branches / base_depth a power p of `depth` multiplies residual branches by m^-p, taken
    into their last weights and their rates, and the rates of all that is in branches by m^(p-1)
    with Adam, m^(2p-1) with SGD, so that a step of each branch moves the stream by 1 / m: 1/2 is
    depth-muP (Yang et al., 2023), 1 is CompleteP (Dey et al., 2025).

    Args:
        base: the fan_in at which r is 1, where the rate was tuned. Of layers as wide as the net it
            is the width; a convolution's n counts its kernel, and what reads a layer 4 times as
            wide has r = 4 there.
        optimizer: adam or sgd; None for the one that the run trains by, adam without a run.
        scale: the variance of hidden weights times n; 2 for ReLU.
        zero_output: whether the last weight starts at 0, as its authors advise.
        zero_query: whether queries do, as they advise, too.
        wide_heads: whether wider nets have wider heads, not more of them.
        depth: the power p; 0 leaves branches alone.
        base_depth: the number of branches at which depth multiplies by 1; a transformer block has
            two.
    """

    base: int = 64
    optimizer: OptimizerKind | None = None
    scale: float = 1.0
    zero_output: bool = False
    zero_query: bool = False
    wide_heads: bool = True
    depth: float = 0.0
    base_depth: int = 4
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding, Role.bias, Role.gain)

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimizer", _kind("mup", self.optimizer))
        positive("mup", scale=self.scale)
        if self.base < 1:
            raise BadValueError(f"mup: base is a width of at least 1, got {self.base}.")
        if self.base_depth < 1:
            raise BadValueError(f"mup: base_depth is at least 1 branch, got {self.base_depth}.")
        not_negative("mup", depth=self.depth)

    def at(self, place: Place) -> Given | None:
        """Return the law and the rate."""
        if self.depth:
            need_branches(place, "depth-muP")
        kind, last = self.trained_by(place), place.is_last
        if not place.is_weight:
            return self._vector(place, kind)
        if place.is_first or place.spec.role == Role.embedding:
            return self._first(place, kind)
        r = place.spec.fan_in / self.base
        if not last:
            return self._hidden(place, r, kind)
        std = 0.0 if self.zero_output else sqrt(1 / (place.spec.fan_in * r))
        return Given(Normal(std), f"output, n/base = {r:g}, {told_rate(1 / r, kind)}", 1 / r)

    def _vector(self, place: Place, kind: OptimizerKind) -> Given | None:
        """Return what a bias or a norm's gain gets, whose one side is a width."""
        bias = place.spec.role == Role.bias
        if not bias and place.name != "gamma":
            return None
        wide = place.weight is None or not place.weight.is_last
        rate = place.spec.shape[0] / self.base if wide and kind is OptimizerKind.sgd else 1.0
        factor, slower, _ = self._branch(place.weight or place, kind)
        rate *= slower * absorbed(factor, kind)
        return Given(Zeros() if bias else Ones(), told_rate(rate, kind), rate)

    def _first(self, place: Place, kind: OptimizerKind) -> Given:
        rate = place.spec.fan_out / self.base if kind is OptimizerKind.sgd else 1.0
        embeds = place.spec.role == Role.embedding
        std = 1.0 if embeds else sqrt(self.scale / place.spec.fan_in)
        return Given(Normal(std), f"input, {told_rate(rate, kind)}", rate)

    def _hidden(self, place: Place, r: float, kind: OptimizerKind) -> Given:
        factor, slower, note = self._branch(place, kind)
        std, rate = sqrt(self.scale / place.spec.fan_in), 1 if kind is OptimizerKind.sgd else 1 / r
        note = f"hidden, n/base = {r:g}{note}"
        if place.mentions("query"):
            std *= not self.zero_query
            note = f"query of {note}"
        if factor != 1:
            note += f", x {factor:.4g}"
        rate *= slower * absorbed(factor, kind)
        return Given(Normal(factor * std), f"{note}, {told_rate(rate, kind)}", rate)

    def _branch(self, weight: Place, kind: OptimizerKind) -> tuple[float, float, str]:
        """Return the forward factor of a layer, its part of the rate, and the numbers in words."""
        factor, slower, note = 1.0, 1.0, ""
        if self.depth and weight.branch >= 0:
            m = weight.branches / self.base_depth
            slower = m ** ((2 if kind is OptimizerKind.sgd else 1) * self.depth - 1)
            factor = m**-self.depth if weight.ends_branch else 1.0
            note = f", branches/base = {m:g}"
        if weight.is_weight and weight.mentions("query") and self.wide_heads:
            factor *= sqrt(self.base / weight.spec.fan_in)
        return factor, slower, note


@dataclass(frozen=True)
class UMuP(Placed):
    """The unit-scaled maximal update parametrization, u-muP (Blake et al., 2024), for Adam.

    Its weights are N(0, 1) with forward factors a: 1 / sqrt(n) in hidden layers of fan_in n, 1 / n
    in the last. Taken into the weights, these are N(0, a^2), the rates a times u-muP's own:
    1 / sqrt(n) for hidden weights, 1 / sqrt(width) for embeddings, 1 for the last. In nets of L
    blocks, two residual branches each, a branch is added over sqrt(L), which its last weight has,
    and whatever is in branches learns at 1 / sqrt(L). Its attention over the width d of a head,
    where ours is over sqrt(d), is in the queries: over sqrt(d), and so is their rate. Left out are
    its factors of an activation's and of attention's own output, which belong to functions between
    the weights: in a plan only places are known. `standardized` and `exact_gain` know activations.
    """

    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.embedding)

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate.

        Raises:
            BadValueError: when the run trains by another optimizer than those like adam.
        """
        spec, kind, last = place.spec, OptimizerKind.adam, place.is_last
        if self.trained_by(place) is not kind:
            raise BadValueError("u_mup's rates are Adam's, and the run trains by sgd: optim=adam.")
        if spec.role == Role.embedding:
            rate = 1 / sqrt(spec.fan_out)
            return Given(Normal(1.0), f"embedding, {told_rate(rate, kind)}", rate)
        n = spec.fan_in
        if last:
            return Given(Normal(1 / n), f"output, {told_rate(1 / n, kind)}", 1 / n)
        a, rate, told = 1 / sqrt(n), 1 / sqrt(n), "hidden"
        if place.mentions("query"):
            head = spec.fan_out // place.heads
            a, told = a / sqrt(head), f"query of heads of {head}"
        if place.branch >= 0:
            soft = 1 / sqrt(place.branches / 2)
            a, rate = a * (soft if place.ends_branch else 1.0), rate * soft
            told += f", {place.branches / 2:g} blocks"
        return Given(Normal(a), f"{told}, {told_rate(a * rate, kind)}", a * rate)


@dataclass(frozen=True, repr=False)
class NTK(Placed):
    """The neural tangent parametrization: w ~ N(0, 1), forward over sqrt(fan_in) (Jacot, 2018).

    The forward factor a = 1 / sqrt(n) is taken into the weight, which changes nothing else: its
    variance becomes scale / n and its rate a^2 = 1 / n of SGD's, a of Adam's. Weight decay goes by
    that rate, too: with SGD, wd_mult = 1 / a^2 makes it what it is with the factor outside.

    Args:
        scale: the variance times fan_in; 2 for ReLU.
        optimizer: sgd or adam; None for the one that the run trains by, sgd without a run.
    """

    scale: float = 1.0
    optimizer: OptimizerKind | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "optimizer", _kind("ntk", self.optimizer))
        positive("ntk", scale=self.scale)

    def at(self, place: Place) -> Given | None:
        """Return the normal law and the rate."""
        n, kind = place.spec.fan_in, self.trained_by(place, OptimizerKind.sgd)
        rate = absorbed(1 / sqrt(n), kind)
        note = f"forward 1/sqrt({n}), {told_rate(rate, kind)}"
        return Given(Normal(sqrt(self.scale / n)), note, rate)


def _kind(name: str, optimizer: str | None) -> OptimizerKind | None:
    return None if optimizer is None else choice(name, "optimizer", optimizer, OptimizerKind)
