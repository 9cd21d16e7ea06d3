"""What PyTorch's linear, convolutional and recurrent layers and its embeddings start with."""

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

    Linear and convolutional layers call kaiming_uniform(a=sqrt(5)), which is that bound. All that
    a recurrent layer has, its input weights too, is U(+-1/sqrt(hidden)). Attention is taken for
    the linear layers that it is made of; torch.nn.MultiheadAttention draws its inputs' weights by
    xavier_uniform.
    """

    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.bias, Role.embedding)

    def at(self, place: Place) -> Given | None:
        """Return the uniform law of the layer's weight, or of its hidden size."""
        if place.hidden:
            return Given(Uniform(1 / sqrt(place.hidden)), f"1/sqrt({place.hidden}), hidden")
        if place.spec.role == Role.embedding:
            return Given(Normal(1.0))
        weight = place if place.is_weight else place.weight
        if weight is None:
            return None
        n = fan(weight.spec, Mode.fan_in, Fans.torch)
        return Given(Uniform(1 / sqrt(n)), f"1/sqrt({n:g})")
