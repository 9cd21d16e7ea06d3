"""What depth does: the second moment of a signal and of a gradient through a net's stages.

A signal is a vector whose elements are taken as Gaussian; weights are independent and centred.
Its fluctuation over draws of the weights is to leading order in 1 / width, which for ReLU without
biases is Hanin & Rolnick's (2018) exact (1 + 5/n)^depth.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from initlab.theory.moments import derivative, fourth_moment, mean, moment_growth, second_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = [
    "Elementwise",
    "Level",
    "Linear",
    "Normalization",
    "Residual",
    "Signal",
    "Stage",
    "predict",
]


@dataclass(frozen=True)
class Signal:
    """What is known of a vector before it is computed.

    Args:
        second_moment: of its elements, over draws of the weights.
        mean: of its elements.
        fluctuation: the variance, over draws, of the vector's own second moment, relative to the
            square of its expectation.
        sensitivity: by which power of the input's second moment its own grows.
        source: of freshly drawn independent elements: how many they are, and the fluctuation of
            their variance.
    """

    second_moment: float
    mean: float = 0.0
    fluctuation: float = 0.0
    sensitivity: float = 1.0
    source: tuple[int, float] | None = None

    @property
    def variance(self) -> float:
        """Of the elements."""
        return self.second_moment - self.mean**2


class Level(NamedTuple):
    """A stage's prediction.

    Args:
        path: the stage's name.
        signal: what comes out of it.
        gradient: the second moment of the gradient that arrives there, relative to the last.
    """

    path: str
    signal: Signal
    gradient: float


class Stage(Protocol):
    """A piece of a net, by what it does to a Signal."""

    @property
    def path(self) -> str:
        """Its name."""

    def forward(self, x: Signal) -> Signal:
        """Return what comes out."""

    def backward(self, x: Signal) -> float:
        """Return the factor on a gradient's second moment, from the output to the input x."""


@dataclass(frozen=True)
class Linear:
    """W x + b.

    Args:
        path: its name.
        weight_variance: Var w.
        fan_in: how many inputs an output sums.
        fan_out: how many outputs an input reaches.
        width: how many outputs there are.
        bias_variance: Var b.
    """

    path: str
    weight_variance: float
    fan_in: int
    fan_out: int
    width: int
    bias_variance: float = 0.0

    @property
    def gain(self) -> float:
        """The factor on a second moment, sigma_w^2."""
        return self.fan_in * self.weight_variance

    def forward(self, x: Signal) -> Signal:
        """Return the centred sum."""
        weighted = self.gain * x.second_moment
        whole = weighted + self.bias_variance
        share = weighted / whole if whole else 0.0
        given = share**2 * x.fluctuation
        sampled = (1 + given) * (1 + 2 / self.width) - 1
        return Signal(whole, 0.0, sampled, share * x.sensitivity, (self.width, given))

    def backward(self, _: Signal) -> float:
        """Return fan_out Var w."""
        return self.fan_out * self.weight_variance


@dataclass(frozen=True)
class Elementwise:
    """An activation f."""

    path: str
    f: Callable[[Any], Any]

    def forward(self, x: Signal) -> Signal:
        """Return f of a Gaussian."""
        at = _response(self.f, x.mean, x.variance)
        if x.source is None:
            fluctuation = at.growth**2 * x.fluctuation
        else:
            width, given = x.source
            fluctuation = (1 + at.growth**2 * given) * (1 + at.spread / width) - 1
        return Signal(at.second_moment, at.mean, fluctuation, at.growth * x.sensitivity)

    def backward(self, x: Signal) -> float:
        """Return E f'^2."""
        return _response(self.f, x.mean, x.variance).slope


@dataclass(frozen=True)
class Normalization:
    """(x - mean) / std of each vector, times a gain of this second moment, plus a bias of that."""

    path: str
    gain: float = 1.0
    bias: float = 0.0

    def forward(self, _: Signal) -> Signal:
        """Return a signal that no longer remembers its size."""
        return Signal(self.gain + self.bias, 0.0, 0.0, 0.0)

    def backward(self, x: Signal) -> float:
        """Return gain / variance."""
        return self.gain / x.variance if x.variance > 0 else float("inf")


@dataclass(frozen=True)
class Residual:
    """x + body(x), the two taken as independent."""

    path: str
    body: Sequence[Stage]

    def forward(self, x: Signal) -> Signal:
        """Return the sum."""
        y = replace(x, fluctuation=0.0, sensitivity=1.0)
        for stage in self.body:
            y = stage.forward(y)
        whole = x.second_moment + y.second_moment + 2 * x.mean * y.mean
        if whole == 0:
            return Signal(0.0)
        share = y.second_moment / whole
        follows = x.second_moment / whole + y.sensitivity * share
        fluctuation = follows**2 * x.fluctuation + share**2 * y.fluctuation
        return Signal(whole, x.mean + y.mean, fluctuation, follows * x.sensitivity)

    def backward(self, x: Signal) -> float:
        """Return 1 + the body's factor."""
        return 1.0 + float(np.prod([s.backward(y) for s, y in _signals(self.body, x)]))


def predict(stages: Sequence[Stage], x: Signal) -> list[Level]:
    """Return the prediction after each stage, those within residual bodies before their sum.

    Args:
        stages: in the order of the forward pass.
        x: the input.

    >>> import numpy as np
    >>> half = [Linear("w", 1 / 100, 100, 100, 100), Elementwise("tanh", np.tanh)]
    >>> [round(level.signal.second_moment, 3) for level in predict(half, Signal(1.0))]
    [1.0, 0.394]
    """
    return list(reversed(list(_levels(stages, x, 1.0))))


def _levels(stages: Sequence[Stage], x: Signal, gradient: float) -> Iterator[Level]:
    """Yield the levels from the last to the first, each with the gradient that arrives there."""
    for stage, before in reversed(list(_signals(stages, x))):
        yield Level(stage.path, stage.forward(before), gradient)
        if isinstance(stage, Residual):
            yield from _levels(stage.body, before, gradient)
        gradient *= stage.backward(before)


def _signals(stages: Sequence[Stage], x: Signal) -> Iterator[tuple[Stage, Signal]]:
    """Yield each stage with its input."""
    for stage in stages:
        yield stage, x
        x = stage.forward(x)


class _Response(NamedTuple):
    """What an activation makes of N(mean, variance)."""

    second_moment: float
    mean: float
    spread: float  # E f^4 / (E f^2)^2 - 1
    growth: float  # d ln E f^2 / d ln variance
    slope: float  # E f'^2


@cache
def _response(f: Callable[[Any], Any], centre: float, variance: float) -> _Response:
    def shifted(z: Any) -> Any:
        return f(z + centre)

    shifted.__name__ = getattr(f, "__name__", str(f))
    squared = second_moment(shifted, variance)
    return _Response(
        squared,
        mean(shifted, variance),
        fourth_moment(shifted, variance) / squared**2 - 1 if squared else 0.0,
        variance * moment_growth(shifted, variance) / squared if squared and variance else 0.0,
        second_moment(derivative(shifted), variance),
    )
