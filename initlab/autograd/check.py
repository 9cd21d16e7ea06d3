"""Gradients checked against central differences, in float64, to first and second order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd.gradients import grad
from initlab.autograd.state import record
from initlab.autograd.tensor import Tensor
from initlab.errors import InitlabError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["GradientMismatchError", "check_gradients"]


class GradientMismatchError(InitlabError, AssertionError):
    """A gradient that central differences contradict."""


def check_gradients(
    fn: Callable[..., Tensor],
    *arrays: Any,
    order: int = 2,
    step: float = 1e-5,
    tolerance: float = 1e-6,
) -> None:
    """Compare the gradients of `fn` at `arrays` with central differences.

    The output is contracted with fixed random weights, so one pass checks all of its elements;
    for the second order the gradient itself, contracted likewise, is the function checked.

    Args:
        fn: takes as many tensors as there are arrays and returns one; smooth there.
        arrays: the arguments, taken as float64.
        order: 1 for the gradient, 2 for its gradient too.
        step: half the distance of the differences.
        tolerance: largest |difference| / max(1, |value|).

    Raises:
        GradientMismatchError: tells the order, the argument, the index and both values.

    >>> import initlab.nd
    >>> check_gradients(np.tanh, [0.5, -1.0])
    """
    values = [np.array(array, np.float64) for array in arrays]
    _check(fn, values, 1, step, tolerance)
    if order > 1:
        _check(_Slope(fn), values, 2, step, tolerance)


def _weights(shape: tuple[int, ...], seed: int) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 1.5, shape)


class _Slope:
    """The gradients of `fn`, contracted with fixed weights into one number."""

    def __init__(self, fn: Callable[..., Tensor]) -> None:
        self.fn = fn

    def __call__(self, *xs: Tensor) -> Tensor:
        y = self.fn(*xs)
        total = Tensor(0.0)
        for i, g in enumerate(grad(y, xs, _weights(y.shape, 0), create_graph=True)):
            total = total + (g * _weights(g.shape, i + 1)).sum() + (xs[i] * 0).sum()
        return total


def _evaluate(fn: Callable[..., Tensor], values: Sequence[np.ndarray]) -> tuple[Tensor, Any]:
    """Return the output, recorded, and the leaves."""
    xs = [Tensor(value) for value in values]
    for x in xs:
        x.attach_grad()
    with record():
        return fn(*xs), xs


def _check(
    fn: Callable[..., Tensor],
    values: Sequence[np.ndarray],
    order: int,
    step: float,
    tolerance: float,
) -> None:
    y, xs = _evaluate(fn, values)
    weights = _weights(y.shape, 0)
    for i, g in enumerate(grad(y, xs, weights)):
        for index in np.ndindex(values[i].shape):
            measured = _difference(fn, values, weights, i, index, step)
            claimed = g.array[index]
            if not abs(measured - claimed) <= tolerance * max(1.0, abs(measured)):
                raise GradientMismatchError(
                    f"Order {order}, argument {i}, index {index}: the rule gives {claimed:.9g}, "
                    f"central differences give {measured:.9g}."
                )


def _difference(
    fn: Callable[..., Tensor],
    values: Sequence[np.ndarray],
    weights: np.ndarray,
    i: int,
    index: tuple[int, ...],
    step: float,
) -> float:
    """Return the central difference of the contracted output along one element."""
    sides = []
    for shift in (step, -step):
        moved = [value.copy() for value in values]
        moved[i][index] += shift
        sides.append(float(np.sum(_evaluate(fn, moved)[0].array * weights)))
    return (sides[0] - sides[1]) / (2 * step)
