"""The gain of the activation that a weight's inputs come from, worked out, for any activation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any

from initlab import nd, theory
from initlab.errors import UnknownNameError
from initlab.init.checks import choice
from initlab.init.fans import Mode
from initlab.init.independent import Independent, VarianceScaling

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.init.independent import Distribution
    from initlab.init.spec import ParameterSpec

__all__ = ["Direction", "ExactGain"]


class Direction(StrEnum):
    """What keeps its size: the signal's second moment, or the gradient's."""

    forward = "forward"
    backward = "backward"


@dataclass(frozen=True, repr=False)
class ExactGain(Independent):
    """N(0, g^2 / fan) with g = 1 / sqrt(E f(z)^2), f the activation before the weight.

    He's (2015) argument for any f instead of ReLU: signals keep the second moment 1 of z, or with
    E f'(z)^2 and fan_out gradients theirs. A run's plan knows each weight's own activation; before
    the first layer, and where there is no plan of a run, f is the identity and this is LeCun's. A
    gain alone does not make a net trainable: tanh's has chi_1 = 1.18, chaos, and `critical` has 1.
    The package anyinit aims at a variance of 0.5 after tanh: 3.58 / n, deeper in chaos.

    Args:
        direction: forward or backward.
        activation: relu, tanh or another by name; None for the one that the net has there.

    Raises:
        UnknownNameError: for a name that is no activation's.

    >>> from initlab.init import ParameterSpec
    >>> round(ExactGain(activation="relu").variance(ParameterSpec((8, 100))), 12)
    0.02
    """

    direction: Direction = Direction.forward
    activation: str | None = None

    def __post_init__(self) -> None:
        chosen = choice("exact_gain", "direction", self.direction, Direction)
        object.__setattr__(self, "direction", chosen)
        if self.activation not in (None, *nd.ACTIVATIONS):
            raise UnknownNameError("activation", str(self.activation), nd.ACTIVATIONS)

    def after(self, activation: Callable[[Any], Any] | None) -> VarianceScaling:
        """Return variance scaling by the gain of its own activation, or else of this one."""
        own = None if self.activation is None else nd.ACTIVATIONS[self.activation]
        f = own or activation
        mode = Mode.fan_in if self.direction is Direction.forward else Mode.fan_out
        return VarianceScaling(1.0 if f is None else _squared_gain(f, self.direction), mode)

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return the law for its own activation, or for the identity."""
        return self.after(None).entry(spec)


@cache
def _squared_gain(f: Callable[[Any], Any], direction: Direction) -> float:
    gain = theory.forward_gain if direction is Direction.forward else theory.backward_gain
    return float(gain(f)) ** 2
