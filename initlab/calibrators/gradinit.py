"""Learning to scale a net's first values so that its first step helps most."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.slopes import curvature, gradient, inner, part
from initlab.errors import BadValueError
from initlab.init import Role
from initlab.optim import Adam, Pace
from initlab.tree import parameters

if TYPE_CHECKING:
    from initlab.autograd import Tensor
    from initlab.calibrators.batch import Batch
    from initlab.nn import Block

__all__ = ["GradInit"]

LEAST = 0.01  # what a factor may shrink to


@dataclass(frozen=True)
class GradInit(Calibrator):
    """Learn a factor for each weight so that the loss after one SGD step is small.

    Zhu et al., "GradInit" (2021), algorithm 1: while the gradient's norm is above gamma, the
    factors descend on that norm; else on the loss of other samples after the step. Half of the
    samples of that loss are the step's own. Factors stay above 0.01.

    Args:
        gamma: the largest norm of a gradient.
        step: the learning rate of the one step.
        rate: Adam's learning rate for the factors.
        iterations: how often the factors move.
    """

    base: ClassVar[str] = "he"
    gamma: float = 1.0
    step: float = 0.1
    rate: float = 0.01
    iterations: int = 100

    def __post_init__(self) -> None:
        for name in ("gamma", "step", "rate"):
            if not getattr(self, name) > 0:
                raise BadValueError(
                    f"gradinit: {name} must be positive, got {getattr(self, name)}."
                )
        if self.iterations < 1:
            raise BadValueError(f"gradinit: iterations must be at least 1, got {self.iterations}.")

    def calibrate(self, net: Block, batch: Batch) -> list[Calibration]:
        """Scale every trainable parameter that is not zero.

        Raises:
            BadValueError: for a batch of fewer than 3 samples, or without labels, or a net
                without such a parameter.
        """
        batch.require_labels("GradInit")
        if len(batch) < 3:
            raise BadValueError(f"GradInit parts its batch: 3 samples at least, got {len(batch)}.")
        chosen = {
            path: p.data()
            for path, p in parameters(net).items()
            if p.grad_req != "null" and np.any(np.asarray(p.data()))
        }
        if not chosen:
            raise BadValueError(
                "GradInit scales what was drawn, and every parameter of this net is 0 or frozen. "
                "Choose another base draw, as init.weight.name=he."
            )
        search = _Search(self, net, batch, list(chosen.values()))
        with np.errstate(all="ignore"):  # what overflows is told, not warned of
            return search.run(list(chosen))


class _Search:
    """The factors on their way down."""

    def __init__(self, options: GradInit, net: Block, batch: Batch, weights: list[Tensor]) -> None:
        self.options, self.net, self.weights = options, net, weights
        third = len(batch) // 3
        self.first, self.other = part(batch, slice(0, 2 * third)), part(batch, slice(third, None))
        self.drawn = [np.array(w) for w in weights]
        self.factors = np.ones(len(weights))

    def run(self, paths: list[str]) -> list[Calibration]:
        adam = Adam(lr=self.options.rate)
        state = {name: np.zeros(len(self.weights)) for name in adam.buffers}
        best, kept, norm, why = inf, np.array(self.factors), inf, ""
        for done in range(1, self.options.iterations + 1):
            value, norm, slope = self._look()
            if not np.isfinite([value, norm, *slope]).all():
                why = "the loss or its gradient is not finite"
                break
            if norm <= self.options.gamma and value < best:
                best, kept = value, np.array(self.factors)
            adam.update(self.factors, slope, state, Pace(adam.lr, 0.0, done, Role.other))
            self._set(np.maximum(self.factors, LEAST))
        self._set(kept)
        good = isfinite(best) and not why
        why = why or ("" if good else f"the gradient's norm stayed above gamma: {norm:.3g}")
        reached = best if good else norm
        return [
            Calibration(path, float(m), done, reached, good, why)
            for path, m in zip(paths, self.factors, strict=True)
        ]

    def _look(self) -> tuple[float, float, np.ndarray]:
        """Return the loss after the step, the norm before it, and the slope of what is too large.

        The slope of a factor is that of its weight, along the weight as drawn.
        """
        _, g = gradient(self.net, self.first, self.weights)
        norm = sqrt(sum(inner(g, g)))
        value, after = self._after_step(g)
        if norm > self.options.gamma:
            bent = curvature(self.net, self.first, self.weights, [a / norm for a in g])
        else:
            turned = curvature(self.net, self.first, self.weights, after)
            bent = [v - self.options.step * h for v, h in zip(after, turned, strict=True)]
        return value, norm, np.array(inner(bent, self.drawn))

    def _after_step(self, g: list[np.ndarray]) -> tuple[float, list[np.ndarray]]:
        """Return the other samples' loss and gradient after one step, which is then undone."""
        before = [np.array(w) for w in self.weights]
        for w, slope in zip(self.weights, g, strict=True):
            w.array[...] -= self.options.step * slope
        try:
            return gradient(self.net, self.other, self.weights)
        finally:
            for w, old in zip(self.weights, before, strict=True):
                w.array[...] = old

    def _set(self, factors: np.ndarray) -> None:
        self.factors = factors
        for w, drawn, m in zip(self.weights, self.drawn, factors, strict=True):
            w.array[...] = m * drawn
