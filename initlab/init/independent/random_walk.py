"""Random-walk initialization: the mean of the log-gradient does not drift with depth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt
from typing import TYPE_CHECKING, Any

from initlab import nd
from initlab.errors import BadValueError
from initlab.init.checks import choice
from initlab.init.independent.gaussian import Gaussian
from initlab.init.independent.independent import Independent

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.init.spec import ParameterSpec

__all__ = ["RandomWalk", "WalkActivation"]


class WalkActivation(StrEnum):
    """The activations for which Sussillo & Abbott derive a gain."""

    linear = "linear"
    relu = "relu"


@dataclass(frozen=True, repr=False)
class RandomWalk(Independent):
    """N(0, g^2 / fan_in) with g such that the log-norm of gradients does not drift (2014).

    Sussillo & Abbott: along the layers the logarithm of the gradient's norm walks at random; its
    drift vanishes for g = exp(-(psi(n / 2) + ln(2 / n)) / 2), about exp(1 / 2n), in a linear net
    of width n, and about sqrt(2) exp(1.2 / (max(n, 6) - 2.4)) for ReLU. Public copies that scale by
    g / fan_in instead of its root are wrong.

    Args:
        activation: linear (exact) or relu (their fit); None for the one that the net has there, and
            relu's where that is not known or there is none.

    >>> from initlab.init import ParameterSpec
    >>> round(RandomWalk("linear").gain(100) / exp(1 / 200), 4)
    1.0
    """

    activation: WalkActivation | None = None

    def __post_init__(self) -> None:
        if self.activation is not None:
            kind = choice("random_walk", "activation", self.activation, WalkActivation)
            object.__setattr__(self, "activation", kind)

    def after(self, activation: Callable[[Any], Any] | None) -> RandomWalk:
        """Return the one whose gain is that activation's, unless it has its own.

        Raises:
            BadValueError: when it is another than those that a gain is derived for.
        """
        if self.activation is not None or activation is None:
            return self
        name = next((name for name, f in nd.ACTIVATIONS.items() if f is activation), activation)
        if name not in ("relu", "identity"):
            raise BadValueError(
                f"random_walk: gains are derived for linear and relu nets, and here is {name}. Say "
                "whose gain to take, init.weight.activation=relu, or choose critical, which solves "
                "for this one's own."
            )
        return RandomWalk(WalkActivation.relu if name == "relu" else WalkActivation.linear)

    def gain(self, width: int) -> float:
        """Return g for layers of this width."""
        if self.activation is not WalkActivation.linear:
            return sqrt(2) * exp(1.2 / (max(width, 6) - 2.4))
        return exp(-(digamma(width / 2) + log(2 / width)) / 2)

    def entry(self, spec: ParameterSpec) -> Gaussian:
        """Return N(0, g^2 / fan_in)."""
        return Gaussian(self.gain(spec.fan_in) / sqrt(spec.fan_in))


def digamma(x: float) -> float:
    """Return psi(x) for x > 0 to 13 digits, by its recurrence and its asymptotic series."""
    shift = 0.0
    while x < 10:
        shift -= 1 / x
        x += 1
    square = 1 / (x * x)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240))))
    return shift + log(x) - 1 / (2 * x) - series
