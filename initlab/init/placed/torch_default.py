"""What PyTorch's linear and convolutional layers and embeddings start with."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar

from initlab.init.fans import Fans, Mode, fan
from initlab.init.independent import Normal, Uniform
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed
from initlab.init.spec import Role

__all__ = ["TorchDefault"]


@dataclass(frozen=True)
class TorchDefault(Placed):
    """Weights and biases U(+-1/sqrt(fan_in)) with the weight's fan_in, embeddings N(0, 1).

    Linear and convolutional layers call kaiming_uniform(a=sqrt(5)), which is that bound.
    PyTorch's recurrent layers differ: all of theirs are U(+-1/sqrt(hidden)), input weights too.
    """

    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.bias, Role.embedding)

    def at(self, place: Place) -> Given | None:
        """Return the uniform law of the layer's weight."""
        if place.spec.role == Role.embedding:
            return Given(Normal(1.0))
        weight = place if place.is_weight else place.weight
        if weight is None:
            return None
        n = fan(weight.spec, Mode.fan_in, Fans.torch)
        return Given(Uniform(1 / sqrt(n)), f"1/sqrt({n:g})")
