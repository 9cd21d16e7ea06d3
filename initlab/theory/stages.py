"""Pieces of a net, each by what it does to a signal forwards and to a gradient backwards.

The elements of a signal are taken as Gaussian; weights are independent and centred.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf, nan, prod
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from initlab.theory.moments import derivative
from initlab.theory.pairs import kernel
from initlab.theory.response import response, shifted, sized
from initlab.theory.signal import Signal

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.theory.signal import Array, Moment
    from initlab.theory.space import Window

__all__ = [
    "BatchNormalization",
    "Elementwise",
    "Linear",
    "Lookup",
    "Normalization",
    "Scale",
    "Stage",
    "Weights",
]


class Stage(Protocol):
    """A piece of a net, by what it does to a Signal."""

    @property
    def path(self) -> str:
        """Its name."""

    def forward(self, x: Signal) -> Signal:
        """Return what comes out."""

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return the second moment of the gradient at the input x, from that at the output."""

    def backward_spread(self, x: Signal) -> float:
        """Return the variance of that factor over draws, relative to its square."""


class Weights(StrEnum):
    """What the weights of a layer are together, which fluctuations depend on."""

    independent = "independent"
    orthogonal = (
        "orthogonal"  # uniformly drawn with orthonormal rows, or columns where these are more
    )
    dependent = "dependent"  # in another way: there is no prediction of fluctuations, which are nan


@dataclass(frozen=True)
class Linear:
    """W x + b.

    The squared length of W x fluctuates as chi squared with as many degrees of freedom as there are
    outputs if weights are independent. An orthogonal W with at least as many outputs as inputs
    keeps the length; with fewer it is that of a projection, whose square's share is Beta.

    Args:
        path: its name.
        weight_variance: Var w.
        fan_in: how many inputs an output sums.
        fan_out: how many outputs an input reaches.
        width: how many outputs there are.
        bias_variance: Var b.
        window: of a convolution, what each output sees; None takes all places alike.
        centred: whether each output's weights sum to zero, so that it sees no common part.
        weights: what they are together.
    """

    path: str
    weight_variance: float
    fan_in: float
    fan_out: float
    width: int
    bias_variance: float = 0.0
    window: Window | None = None
    centred: bool = False
    weights: Weights = Weights.independent

    @property
    def gain(self) -> float:
        """The factor on a second moment, sigma_w^2; on a variance if centred."""
        free = self.fan_in / (self.fan_in - 1) if self.centred else 1.0
        return free * self.fan_in * self.weight_variance

    @property
    def inputs(self) -> float:
        """How many inputs there are; a window's places share their channels."""
        return self.fan_in / max(self.fan_out / self.width, 1.0)

    def forward(self, x: Signal) -> Signal:
        """Return the sum, which is centred."""
        weighted, sample = self.gain * (x.variance if self.centred else x.second_moment), None
        if self.window is not None and x.sample is not None:
            sample = self.window.forward(
                x.sample, self.gain, self.bias_variance, centred=self.centred
            )
            weighted = float(np.mean(np.square(sample, dtype=np.float64))) - self.bias_variance
        whole = weighted + self.bias_variance
        share = weighted / whole if 0 < whole < inf else float(whole > 0)
        given = _grown(x.fluctuation, share)
        spread = 2 / self.width - share**2 * (
            2 / self.width - self._spread(self.inputs, self.width)
        )
        sampled = (1 + given) * (1 + spread) - 1
        given += spread - 2 / self.width  # less than nothing where a length is kept
        common = None if x.common is None else self.gain * x.common + self.bias_variance
        return Signal(
            whole, 0.0, sampled, share * x.sensitivity, (self.width, given), common, sample
        )

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return fan_out Var w times it."""
        if self.window is None or x.sample is None:
            return self.fan_out * self.weight_variance * float(np.mean(gradient))
        each = self.fan_out * prod(self.window.stride) / self.window.places * self.weight_variance
        return each * self.window.backward(gradient, x.sample.shape)

    def backward_spread(self, _: Signal) -> float:
        """Return chi squared's with as many degrees of freedom as there are inputs, or a Beta's."""
        return self._spread(self.width, self.inputs)

    def _spread(self, before: float, after: float) -> float:
        """Return the variance of the squared length of a product, relative to its square."""
        if self.weights is Weights.dependent:
            return nan
        if self.weights is Weights.orthogonal:
            return max(2 * (before - after) / (after * (before + 2)), 0.0)
        return 2 / after


@dataclass(frozen=True)
class Lookup(Linear):
    """A row of W for each index: the product with an input that is one number 1."""

    def forward(self, x: Signal) -> Signal:
        """Return the row, whatever the indices are."""
        return super().forward(Signal(1.0, common=None if x.common is None else 0.0))


@dataclass(frozen=True)
class Scale:
    """x times a constant."""

    path: str
    factor: float

    def forward(self, x: Signal) -> Signal:
        """Return the multiple, which spreads as x does."""
        square = self.factor**2
        common = None if x.common is None else square * x.common
        sample = None if x.sample is None else self.factor * x.sample
        whole, mean = square * x.second_moment, self.factor * x.mean
        return replace(x, second_moment=whole, mean=mean, common=common, sample=sample)

    def backward(self, _: Signal, gradient: Moment) -> Moment:
        """Return the factor's square times it."""
        return self.factor**2 * gradient

    def backward_spread(self, _: Signal) -> float:
        """Return 0."""
        return 0.0


@dataclass(frozen=True)
class Elementwise:
    """An activation f."""

    path: str
    f: Callable[[Any], Any]

    def forward(self, x: Signal) -> Signal:
        """Return f of a Gaussian."""
        at = response(self.f, x.mean, x.variance)
        if x.source is None:
            fluctuation = _grown(x.fluctuation, at.growth)
        else:
            width, given = x.source
            fluctuation = (1 + _grown(given, at.growth)) * (1 + at.spread / width) - 1
            fluctuation = max(fluctuation, at.left_out(width))
        grown = at.growth * x.sensitivity
        y = Signal(at.second_moment, at.mean, fluctuation, grown, None, self._common(x))
        return y if x.sample is None else y.sampled(self._sample(x, x.sample))

    def _sample(self, x: Signal, sample: Array) -> Array:
        y = np.asarray(self.f(sample))
        return y if x.source is None else y * np.sqrt(sized(self.f, sample, y**2))

    def _common(self, x: Signal) -> float | None:
        if x.common is None or x.variance == 0:
            return x.common
        correlation = min(max((x.common - x.mean**2) / x.variance, -1.0), 1.0)
        return float(kernel(shifted(self.f, x.mean), correlation, x.variance))

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return E f'^2 times it."""
        if x.sample is None:
            return response(self.f, x.mean, x.variance).slope * gradient
        slope = derivative(self.f)
        squares = slope(x.sample) ** 2
        if x.source is not None:
            squares *= sized(slope, x.sample, squares)
        return squares * gradient

    def backward_spread(self, x: Signal) -> float:
        """Return that of a sum of g^2 f'^2 beyond that of g^2, the gradients g being Gaussian."""
        at = response(self.f, x.mean, x.variance)
        width, given = x.source or (inf, x.fluctuation)
        spread = 3 * at.slope_spread / (width + 2) + _grown(given, at.slope_growth)
        return max(spread, at.left_out(width))


@dataclass(frozen=True)
class Normalization:
    """(x - mean) / std of each vector, times a gain of this second moment, plus a bias of that."""

    path: str
    gain: float = 1.0
    bias: float = 0.0

    def forward(self, x: Signal) -> Signal:
        """Return a signal that no longer remembers its size."""
        common = x.common
        if common is not None and x.variance > 0:
            common = self.gain * (common - x.mean**2) / x.variance + self.bias
        return Signal(self.gain + self.bias, 0.0, 0.0, 0.0, None, common)

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return gain / variance times it."""
        return (self.gain / x.variance if x.variance > 0 else inf) * gradient

    def backward_spread(self, x: Signal) -> float:
        """Return the input's, by which is divided."""
        return x.fluctuation


@dataclass(frozen=True)
class BatchNormalization(Normalization):
    """The same for each element over a large batch, which takes away what inputs have in common.

    After ReLU layers the gradient grows by pi / (pi - 1) a layer (Yang et al., 2019).
    """

    def forward(self, _: Signal) -> Signal:
        """Return a signal that no longer remembers its size; inputs have nothing in common."""
        return Signal(self.gain + self.bias, 0.0, 0.0, 0.0, None, self.bias)

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return gain / variance over the batch times it."""
        spread = x.second_moment - (x.mean**2 if x.common is None else x.common)
        return (self.gain / spread if spread > 0 else inf) * gradient


def _grown(fluctuation: float, power: float) -> float:
    """Return the fluctuation of a power of what fluctuates; the zeroth has none."""
    return power**2 * fluctuation if power else 0.0
