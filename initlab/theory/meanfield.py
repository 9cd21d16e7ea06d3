"""Mean field: what infinitely wide layers of one activation do to lengths and correlations.

Poole et al., "Exponential expressivity in deep neural networks through transient chaos" (2016);
Schoenholz et al., "Deep information propagation" (2017).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, partial
from math import inf, log
from typing import TYPE_CHECKING, Any

from initlab.errors import BadValueError
from initlab.theory.arguments import number
from initlab.theory.bounded import Estimate, through
from initlab.theory.moments import derivative, moment_growth, second_moment
from initlab.theory.pairs import kernel
from initlab.theory.quadrature import activation
from initlab.theory.roots import bracket, root

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MARGINAL", "SHORT", "MeanField", "Phase"]

SHORT, LONG = 1e-20, 1e18  # lengths that stand for 0 and infinity
MARGINAL = 1e-9  # a slope so close to 1 is 1
EDGE = 1e-5  # a chi_1 so close to 1 is critical: nobody trains 1e5 layers
STILL = 1e-11  # a length that changes by less in a layer stays
STEPS = 60
CLOSE = 1e-13  # two correlations that are one


class Phase(StrEnum):
    """What becomes of two inputs that are close, and of gradients."""

    ordered = "ordered"  # inputs draw together, gradients vanish
    critical = "critical"
    chaotic = "chaotic"  # inputs draw apart, gradients explode


@dataclass(frozen=True)
class MeanField:
    """Layers z' = W f(z) + b of infinite width, all w and b independent and centred.

    Each number is an `Estimate`, whose error bounds its distance from the exact one. What depends
    on q* is taken as monotonic between its bounds; q* and c* lie where their maps certainly cross
    the diagonal, so that one which barely does, or lies on it as ReLU's at sigma_w^2 = 2, has a
    wide bound, or inf.

    Args:
        f: the activation, made of functions that autograd has rules for.
        weight_variance: fan_in Var w, the papers' sigma_w^2.
        bias_variance: Var b, the papers' sigma_b^2.
        start: the length from which the fixed point is approached.

    Raises:
        BadTypeError: for an f that is no function, or a variance or start that is no number.
        BadValueError: for a variance that is negative or not finite, a start that is not positive.

    >>> import numpy as np
    >>> net = MeanField(np.tanh, 2.5, 0.05)
    >>> net.phase, round(net.chi_1, 3), round(net.c_star, 3)
    (<Phase.chaotic: 'chaotic'>, 1.134, 0.447)
    """

    f: Callable[[Any], Any]
    weight_variance: float
    bias_variance: float = 0.0
    start: float = 1.0

    def __post_init__(self) -> None:
        activation(self.f)
        for name in ("weight_variance", "bias_variance", "start"):
            number(name, getattr(self, name))
        if not (0 <= self.weight_variance < inf and 0 <= self.bias_variance < inf):
            raise BadValueError(
                "Variances are finite and at least 0, got "
                f"weight_variance={self.weight_variance}, bias_variance={self.bias_variance}."
            )
        if not 0 < self.start < inf:
            raise BadValueError(f"start is a positive finite length, got {self.start}.")
        for name in ("weight_variance", "bias_variance"):  # NumPy's numbers would drop the bounds
            object.__setattr__(self, name, Estimate.of(getattr(self, name)))

    @cached_property
    def slope(self) -> Callable[[Any], Any]:
        """The activation's derivative."""
        return derivative(self.f)

    # ---- lengths
    def length(self, q: float) -> Estimate:
        """Return the length map: the variance of a layer's z when that of the layer before is q."""
        return self.weight_variance * second_moment(self.f, q) + self.bias_variance

    def length_slope(self, q: float) -> Estimate:
        """Return the derivative of the length map."""
        return self.weight_variance * moment_growth(self.f, q)

    @cached_property
    def q_star(self) -> Estimate:
        """The length that deep layers reach from `start`; 0 and infinity are possible."""
        q = self._settled()
        return Estimate(q, partial(self._off_q, q))

    def _settled(self) -> float:
        """Return the first length, by factors of 2 from `start`, that a layer keeps."""
        direction = self._growth(self.start)
        if abs(direction) < STILL:
            return self.start
        factor = 2.0 if direction > 0 else 0.5
        before = q = self.start
        while SHORT < q < LONG:
            growth = self._growth(q)
            if growth * direction > 0:
                before = q
            elif abs(growth) > STILL:
                return root(self._growth, before, q)
            if direction < 0 and abs(growth) < STILL:
                return q
            q *= factor
        return inf if direction > 0 else 0.0

    def _growth(self, q: float) -> float:
        """Return the logarithm of the factor on a length in a layer."""
        mapped = self.length(q)
        return log(mapped / q) if mapped > 0 else -inf

    def _off_q(self, q: float) -> float:
        """Return how far from q the fixed point may be; lengths are never below 0."""
        return bracket(lambda q: self.length(q) - q, q, 100 * SHORT, 0.0) if q < inf else inf

    def _at_q_star(self, g: Callable[..., float], *others: float) -> Estimate:
        """Return g at q*, or at what stands for 0 and infinity, and at others."""
        q = self.q_star if self.q_star < inf else Estimate(LONG, 0.99 * LONG)
        return through(lambda q, *rest: g(min(max(q, SHORT), LONG), *rest), q, *others)

    # ---- gradients
    def chi(self, q: float) -> Estimate:
        """Return sigma_w^2 E f'(sqrt(q) z)^2, the factor on a gradient's second moment a layer."""
        return self.weight_variance * second_moment(self.slope, q)

    @cached_property
    def chi_1(self) -> Estimate:
        """`chi` at q*; where that is neither 0 nor infinite, also `correlation_slope` at 1."""
        return self._at_q_star(self.chi)

    @property
    def phase(self) -> Phase:
        """Which side of chi_1 = 1 the net is on."""
        if abs(self.chi_1 - 1) <= EDGE:
            return Phase.critical
        return Phase.ordered if self.chi_1 < 1 else Phase.chaotic

    # ---- correlations
    def correlation(self, c: float) -> Estimate:
        """Return the correlation of two inputs after a layer, both of length q*, from c before."""
        return self._at_q_star(self._correlation, number("c", c))

    def _correlation(self, q: float, c: float) -> Estimate:
        covariance = self.weight_variance * kernel(self.f, c, q) + self.bias_variance
        return covariance / self.length(q)

    def correlation_slope(self, c: float) -> Estimate:
        """Return the derivative of the correlation map at c; at 1 it is chi_1 q* / length(q*)."""
        return self._at_q_star(self._correlation_slope, number("c", c))

    def _correlation_slope(self, q: float, c: float) -> Estimate:
        return self.weight_variance * kernel(self.slope, c, q) * q / self.length(q)

    @cached_property
    def c_star(self) -> Estimate:
        """The correlation that any two inputs reach; 1 where `correlation_slope` at 1 is at most 1.

        The map is convex on [0, 1], so Newton's steps from 0 climb to its lower fixed point. Where
        lengths go to 0 and layers become linear, every correlation stays: the bound then is 1.
        """
        if self.weight_variance == 0 or self.correlation_slope(1.0) <= 1 + MARGINAL:
            return Estimate(1.0, self._off_one)
        c = 0.0
        for _ in range(STEPS):
            step = (self.correlation(c) - c) / (1 - self.correlation_slope(c))
            c = min(max(c + float(step), 0.0), 1.0)
            if abs(float(step)) < 1e-13:
                break
        return Estimate(c, partial(self._off_c, c))

    def _off_one(self) -> float:
        """Return how far below 1 the lower fixed point may be; not at all, surely ordered."""
        ordered = self.weight_variance == 0 or (1 - self.correlation_slope(1.0)).sign() > 0
        return 0.0 if ordered else self._off_c(1.0)

    def _off_c(self, c: float) -> float:
        """Return how far from c the lower fixed point may be; from 0 to 1 the map leads there."""
        return bracket(lambda c: self.correlation(c) - c, c, CLOSE, 0.0, 1.0)

    # ---- depth scales
    @cached_property
    def xi_q(self) -> Estimate:
        """In how many layers a length's distance from q* changes e-fold."""
        return _scale(self._at_q_star(self.length_slope))

    @cached_property
    def xi_c(self) -> Estimate:
        """In how many layers a correlation's distance from c* shrinks e-fold.

        It is inf at the edge of chaos, and where lengths go to 0 or infinity as ReLU's do without
        biases: whatever chi_1 is, 1 - c falls as 9 pi^2 / 2 depth^2 there. Where lengths settle,
        nets of up to about six times this depth can be trained (Schoenholz et al., 2017).
        """
        settled = self.weight_variance == 0 or 0 < self.q_star < inf
        if settled and self.c_star == 1.0:
            return _scale(self.chi_1)
        return _scale(self._at_q_star(self._correlation_slope, self.c_star))

    @cached_property
    def xi_gradient(self) -> Estimate:
        """In how many layers a gradient's second moment changes e-fold."""
        return _scale(self.chi_1)


def _scale(slope: Estimate) -> Estimate:
    """Return the depth scale that belongs to a factor per layer."""
    return through(_layers, slope, pole=1.0)


def _layers(slope: float) -> float:
    if slope <= 0:
        return 0.0
    return inf if abs(slope - 1) <= MARGINAL else 1 / abs(log(slope))
