"""Nets of sines."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from initlab.init.checks import positive
from initlab.init.independent import Uniform
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed
from initlab.init.spec import Role

__all__ = ["Siren"]


@dataclass(frozen=True)
class Siren(Placed):
    """The first weight U(+-1/n), others U(+-sqrt(6/n) / omega), biases U(+-1/sqrt(n)), n = fan_in.

    Sitzmann et al. (2020), for layers sin(omega (W x + b)). The activation `sin` is that of
    omega 1: with the weights of 30 a net of it lets no gradient through.

    Args:
        omega: the frequency; theirs is 30.
    """

    omega: float = 30.0
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.bias)

    def __post_init__(self) -> None:
        positive("siren", omega=self.omega)

    def at(self, place: Place) -> Given | None:
        """Return the uniform law."""
        if place.is_weight:
            n = place.spec.fan_in
            bound = 1 / n if place.is_first else sqrt(6 / n) / self.omega
            notes = {"the first": place.is_first, f"for sin({self.omega:g} x)": self.omega != 1}
            return Given(Uniform(bound), ", ".join(note for note, told in notes.items() if told))
        if place.weight is None:
            return None
        return Given(Uniform(1 / sqrt(place.weight.spec.fan_in)))
