"""What depth does: the second moments of signals and gradients through a net's stages.

Fluctuations over draws of the weights are to leading order in 1 / width, which for ReLU without
biases is Hanin & Rolnick's (2018) exact (1 + 5/n)^depth, forwards and backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import inf, isfinite, prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from initlab.theory.signal import Signal
from initlab.theory.stages import Linear

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from initlab.theory.signal import Moment
    from initlab.theory.stages import Stage

__all__ = ["Level", "Residual", "predict"]


class Level(NamedTuple):
    """A stage's prediction.

    Args:
        path: the stage's name.
        signal: what comes out of it.
        gradient: the second moment of the gradient that arrives there, relative to the last.
        gradient_fluctuation: its variance over draws, relative to its square.
    """

    path: str
    signal: Signal
    gradient: float
    gradient_fluctuation: float


@dataclass(frozen=True)
class Residual:
    """x + body(x), the two taken as independent."""

    path: str
    body: Sequence[Stage]

    def forward(self, x: Signal) -> Signal:
        """Return the sum; how places go together in it is not kept."""
        y = replace(self.inner(x), fluctuation=0.0, sensitivity=1.0)
        for stage in self.body:
            y = stage.forward(y)
        whole = x.second_moment + y.second_moment + 2 * x.mean * y.mean
        if whole == 0:
            return Signal(0.0)
        if not isfinite(whole):
            return Signal(inf, 0.0, inf)
        share = y.second_moment / whole
        follows = x.second_moment / whole + y.sensitivity * share
        crossed = 4 * share * x.second_moment / whole / self._widths[1]
        fluctuation = follows**2 * x.fluctuation + share**2 * y.fluctuation + crossed
        common = None
        if x.common is not None and y.common is not None:
            common = x.common + y.common + 2 * x.mean * y.mean
        sensitivity = follows * x.sensitivity
        return Signal(whole, x.mean + y.mean, fluctuation, sensitivity, None, common)

    @staticmethod
    def inner(x: Signal) -> Signal:
        """Return what the body is told of x: it takes all places alike."""
        return replace(x, sample=None)

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return 1 + the body's factor, times it."""
        return (1.0 + self._branch(x)) * float(np.mean(gradient))

    def backward_spread(self, x: Signal) -> float:
        """Return the body's, for its share, and that of the product of the sum's two parts."""
        signals = _signals(self.body, self.inner(x))
        body = prod(1 + stage.backward_spread(y) for stage, y, _ in signals) - 1
        branch = self._branch(x)
        share = 1 - 1 / (1 + branch)
        return share**2 * body + 4 * share * (1 - share) / self._widths[0]

    @property
    def _widths(self) -> tuple[float, float]:
        """How many inputs the body's first layer has, how many outputs its last one."""
        layers = [stage for stage in self.body if isinstance(stage, Linear)]
        return (layers[0].inputs, layers[-1].width) if layers else (inf, inf)

    def _branch(self, x: Signal) -> float:
        factor: Moment = 1.0
        for stage, y, _ in reversed(list(_signals(self.body, self.inner(x)))):
            factor = stage.backward(y, factor)
        return float(np.mean(factor))


def predict(stages: Sequence[Stage], x: Signal) -> list[Level]:
    """Return the prediction after each stage, those within residual bodies before their sum.

    Args:
        stages: in the order of the forward pass.
        x: the input.

    >>> import numpy as np
    >>> from initlab.theory import Elementwise, Linear
    >>> half = [Linear("w", 1 / 100, 100, 100, 100), Elementwise("tanh", np.tanh)]
    >>> [round(level.signal.second_moment, 3) for level in predict(half, Signal(1.0))]
    [1.0, 0.394]
    """
    return list(reversed(list(_levels(stages, x, 1.0, 0.0))))


def _levels(
    stages: Sequence[Stage], x: Signal, gradient: Moment, fluctuation: float
) -> Iterator[Level]:
    """Yield the levels from the last to the first, each with the gradient that arrives there."""
    for stage, before, after in reversed(list(_signals(stages, x))):
        arriving = float(np.mean(gradient))
        yield Level(stage.path, after, arriving, fluctuation)
        if isinstance(stage, Residual):
            yield from _levels(stage.body, stage.inner(before), arriving, fluctuation)
        gradient = stage.backward(before, gradient)
        fluctuation = (1 + fluctuation) * (1 + stage.backward_spread(before)) - 1


def _signals(stages: Sequence[Stage], x: Signal) -> Iterator[tuple[Stage, Signal, Signal]]:
    """Yield each stage with its input and what it makes of it."""
    for stage in stages:
        y = stage.forward(x)
        yield stage, x, y
        x = y
