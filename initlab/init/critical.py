"""The edge of chaos of the activation that a weight's inputs come from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from initlab import nd, theory
from initlab.errors import UnknownNameError
from initlab.init.checks import not_negative
from initlab.init.independent import Gaussian, Independent
from initlab.init.spec import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.init.spec import ParameterSpec

__all__ = ["AtPoint", "Critical"]

SHRINKING = (
    "chi_1 = 1 at length 0 alone, to which lengths, and gradients too, shrink ever more slowly; "
    "with bias_variance=0.05 a length stays"
)


@dataclass(frozen=True)
class AtPoint(Independent):
    """N(0, weight_variance / fan_in), biases N(0, bias_variance): a point of the phase diagram.

    Args:
        weight_variance: sigma_w^2 of Poole et al. (2016).
        bias_variance: their sigma_b^2.
    """

    weight_variance: float
    bias_variance: float = 0.0

    def __post_init__(self) -> None:
        variances = {"weight_variance": self.weight_variance, "bias_variance": self.bias_variance}
        not_negative("critical", **variances)

    def entry(self, spec: ParameterSpec) -> Gaussian:
        """Return the law of a weight, or of a bias."""
        bias = spec.role == Role.bias
        return Gaussian(sqrt(self.bias_variance if bias else self.weight_variance / spec.fan_in))


@dataclass(frozen=True)
class Critical(Independent):
    """The edge of chaos, chi_1 = 1, of the activation before the weight, biases included.

    Poole et al. (2016), Schoenholz et al. (2017), Hayou et al. (2019); `initlab.theory.critical`
    solves for the point. A run's plan puts the point of each weight's own activation in its
    place; where there is none, and without a plan of a run, that is the identity's point, (1, 0).
    A weight that reads the net's inputs, of second moment 1, brings sums to the length q* that the
    layers after it keep. Where that is 0, as for tanh without biases, it keeps its inputs' length:
    lengths and gradients then shrink ever more slowly, and a bias_variance gives another q*.

    Args:
        activation: relu, tanh or another by name; None for the one that the net has there.
        bias_variance: sigma_b^2; None for the smallest that has a critical point.

    Raises:
        UnknownNameError: for a name that is no activation's.
        BadValueError: for a bias_variance below 0, infinite or without a critical point.

    >>> from initlab.init import ParameterSpec
    >>> round(Critical("relu").variance(ParameterSpec((8, 100))), 12)  # He et al. (2015)
    0.02
    """

    gives_biases: ClassVar[bool] = True
    activation: str | None = None
    bias_variance: float | None = None

    def __post_init__(self) -> None:
        if self.activation not in (None, *nd.ACTIVATIONS):
            raise UnknownNameError("activation", str(self.activation), nd.ACTIVATIONS)
        if self.bias_variance is not None:
            not_negative("critical", bias_variance=self.bias_variance)

    def after(self, activation: Callable[[Any], Any] | None) -> AtPoint:
        """Return the initializer at the point of its own activation, or else of this one."""
        point = self._point(activation)
        return AtPoint(1.0) if point is None else AtPoint(*map(float, point[:2]))

    def first(self, activation: Callable[[Any], Any] | None) -> tuple[AtPoint, str]:
        """Return the initializer by which inputs of second moment 1 make sums of length q*."""
        point = self._point(activation)
        if point is None:
            return AtPoint(1.0), ""
        bias, length = float(point.bias_variance), float(point.length)
        if length == 0:
            return AtPoint(1.0), SHRINKING
        note = "" if length == 1 else f"inputs of second moment 1 make sums of q* = {length:.4g}"
        return AtPoint(length - bias, bias), note

    def entry(self, spec: ParameterSpec) -> Gaussian:
        """Return the law at the point of its own activation, or of the identity."""
        return self.after(None).entry(spec)

    def _point(self, activation: Callable[[Any], Any] | None) -> theory.CriticalPoint | None:
        """Return the point of its own activation, or else of this one."""
        f = activation if self.activation is None else nd.ACTIVATIONS[self.activation]
        return None if f is None else _point(f, self.bias_variance)


@cache
def _point(f: Callable[[Any], Any], bias_variance: float | None) -> theory.CriticalPoint:
    return theory.critical(f, bias_variance)
