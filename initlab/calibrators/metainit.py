"""Starting where the gradient changes little along itself."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor
from initlab.calibrators.batch import Batch
from initlab.calibrators.calibrator import Calibration, Calibrator
from initlab.calibrators.scaling import check_patience
from initlab.calibrators.slopes import inner, mean_loss
from initlab.errors import BadValueError
from initlab.tree import parameters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.nn import Block

__all__ = ["MetaInit", "gradient_quotient"]


STEADY = 10  # steps over which the quotient is to fall no more
ELSE = "Choose gradinit, which looks at the data."


@dataclass(frozen=True)
class MetaInit(Calibrator):
    """Let the norms of the weights descend on the gradient quotient.

    Dauphin & Schoenholz, "MetaInit" (2019): the quotient is mean |(g - H g) / (g + eps sign g) -
    1|, how far a gradient step of length 1 changes the gradient; SGD with momentum on the sign of
    its slope over each weight's norm. It looks at inputs of N(0, 1) with labels as in the batch,
    not at data. It has converged where the least quotient has fallen by less than the tolerance in
    ten steps, and stops there; where steps end sooner it says so, and keeps the least.

    Args:
        rate: the step of a norm, relative to it.
        momentum: of the steps.
        iterations: how many steps, at most.
        tolerance: the relative fall in ten steps that counts as none.
        epsilon: keeps the quotient finite.
    """

    base: ClassVar[str] = "he"
    rate: float = 0.01
    momentum: float = 0.9
    iterations: int = 300
    tolerance: float = 0.01
    epsilon: float = 1e-5
    sees: ClassVar[str] = "inputs of N(0, 1) with the labels of the first {} training samples"

    def __post_init__(self) -> None:
        if not (self.rate > 0 and self.epsilon > 0 and 0 <= self.momentum < 1):
            raise BadValueError(
                "metainit needs a positive rate and epsilon and a momentum from 0 to below 1, got "
                f"rate={self.rate}, epsilon={self.epsilon}, momentum={self.momentum}."
            )
        check_patience(self.tolerance, self.iterations)

    def calibrate(self, net: Block, batch: Batch) -> list[Calibration]:
        """Scale every trained weight that is a matrix (or kernel) and not zero.

        Raises:
            BadValueError: for a batch without labels, inputs that are no numbers or that the net
                looks up, or a net without such a weight.
        """
        batch.require_labels("MetaInit")
        if batch.x.dtype.kind != "f":
            raise BadValueError(
                f"MetaInit draws inputs of N(0, 1), no {batch.x.dtype} as here. {ELSE}"
            )
        noise = batch.generator().standard_normal(batch.x.shape).astype(batch.x.dtype)
        imagined = Batch(noise, batch.y, batch.loss, batch.seed)
        _check_taken(net, noise)
        chosen = {
            path: p.data()
            for path, p in parameters(net).items()
            if p.role == "weight"
            and p.grad_req != "null"
            and len(p.spec.shape) > 1
            and np.any(np.asarray(p.data()))
        }
        if not chosen:
            raise BadValueError(
                "MetaInit scales what was drawn, and every weight of this net is 0 or frozen. "
                "Choose another base draw, as init.weight.name=he."
            )
        with np.errstate(all="ignore"):  # what overflows is told, not warned of
            return self._descend(net, imagined, chosen)

    def _descend(self, net: Block, batch: Batch, chosen: dict[str, Tensor]) -> list[Calibration]:
        weights = list(chosen.values())
        drawn = [np.array(w) for w in weights]
        factors, speed = np.ones(len(weights)), np.zeros(len(weights))
        kept, least, why = factors, [inf], ""  # the least quotient so far, by step
        for done in range(self.iterations + 1):
            value, slope = _slope_of_quotient(net, batch, weights, self.epsilon)
            if not np.isfinite([value, *slope]).all():
                why = "the gradient quotient is not finite"
                break
            kept = factors if value < least[-1] else kept
            least.append(min(value, least[-1]))
            if self._settled(least) or done == self.iterations:
                break
            speed = self.momentum * speed - self.rate * np.sign(slope)
            factors = np.maximum(factors * (1 + speed), 1e-3)
            _scale(weights, drawn, factors)
        _scale(weights, drawn, kept)
        why = why or _unsettled(least[1:], self._settled(least))
        return [
            Calibration(path, float(m), done, least[-1], not why, why)
            for path, m in zip(chosen, kept, strict=True)
        ]

    def _settled(self, least: Sequence[float]) -> bool:
        """Whether the last ten steps made the quotient hardly smaller."""
        return len(least) > STEADY and least[-1] > (1 - self.tolerance) * least[-1 - STEADY]


def _check_taken(net: Block, noise: np.ndarray) -> None:
    try:
        with autograd.pause(train_mode=False), np.errstate(all="ignore"):
            net(Tensor(noise))
    except BadValueError as error:
        raise BadValueError(
            f"MetaInit draws inputs of N(0, 1), which this net does not take: {error} {ELSE}"
        ) from error


def _unsettled(least: Sequence[float], settled: bool) -> str:
    if least[-1] == least[0]:
        return f"the gradient quotient stayed at {least[0]:.4g}"
    if settled:
        return ""
    fell = f"from {least[0]:.4g} to {least[-1]:.4g}"
    return f"the gradient quotient still fell when the steps ended, {fell}"


def gradient_quotient(
    net: Block, batch: Batch, weights: Sequence[Tensor], epsilon: float = 1e-5
) -> float:
    """Return mean |(g - H g) / (g + eps sign g) - 1| over all elements of the weights."""
    return _slope_of_quotient(net, batch, weights, epsilon, sloped=False)[0]


def _slope_of_quotient(
    net: Block, batch: Batch, weights: Sequence[Tensor], epsilon: float, *, sloped: bool = True
) -> tuple[float, np.ndarray]:
    """Return the quotient and its slope over each weight's norm, relative to the norm."""
    with autograd.record(train_mode=False):
        loss = mean_loss(net, batch)
        g = autograd.grad(loss, weights, create_graph=True, train_mode=False)
        squares: Any = sum((a * a).sum() for a in g) * 0.5  # its gradient is H g
        bent = autograd.grad(squares, weights, create_graph=sloped, train_mode=False)
        total: Any = sum(
            np.abs((a - h) / (a + epsilon * _sign(a)) - 1).sum()
            for a, h in zip(g, bent, strict=True)
        )
        quotient = total / sum(w.size for w in weights)
    if not sloped:
        return float(np.asarray(quotient)), np.zeros(0)
    found = autograd.grad(quotient, weights, train_mode=False)
    along = inner([np.asarray(a) for a in found], [np.asarray(w) for w in weights])
    return float(np.asarray(quotient)), np.array(along)


def _sign(a: Tensor) -> np.ndarray:
    """Return the sign, 1 at 0, so that nothing is divided by 0."""
    return np.where(np.asarray(a) < 0, -1, 1).astype(a.dtype)


def _scale(weights: Sequence[Tensor], drawn: Sequence[np.ndarray], factors: np.ndarray) -> None:
    for w, values, m in zip(weights, drawn, factors, strict=True):
        w.array[...] = m * values
