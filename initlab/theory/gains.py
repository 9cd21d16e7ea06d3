"""The factor on a weight's std that makes up for what an activation does to a signal."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING, Any

from initlab.errors import BadValueError
from initlab.theory.bounded import Estimate, through
from initlab.theory.moments import derivative, second_moment, variance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["backward_gain", "forward_gain", "variance_gain"]


def forward_gain(f: Callable[[Any], Any], breaks: Iterable[float] = ()) -> Estimate:
    """Return 1 / sqrt(E f(z)^2): with Var w = gain^2 / fan_in the second moment of signals holds.

    For ReLU this is sqrt(2) (He et al., 2015). Computed, not a convention: tanh has 1.5925 where
    PyTorch's table says 5/3.

    Args:
        f: the activation, a function of arrays.
        breaks: where it has so many kinks or jumps, or a pole, as `expectation` takes them.

    Raises:
        QuadratureError, BadTypeError, ShapeError: as `expectation`.
        BadValueError: when f is zero wherever it was asked, or E f(z)^2 does not exist.

    >>> import numpy as np
    >>> round(forward_gain(np.tanh), 9)
    1.59253742
    """
    return _inverse_root(second_moment(f, breaks=breaks), f, "zero wherever it was asked")


def variance_gain(f: Callable[[Any], Any], breaks: Iterable[float] = ()) -> Estimate:
    """Return 1 / sqrt(Var f(z)), the gamma of normalizer-free nets (Brock et al., 2021).

    Raises:
        BadValueError: when f is constant wherever it was asked, or its variance does not exist.

    >>> from initlab import nd
    >>> round(variance_gain(nd.relu), 9)
    1.71285855
    """
    return _inverse_root(variance(f, breaks), f, "constant wherever it was asked")


def backward_gain(
    f: Callable[[Any], Any],
    slope: Callable[[Any], Any] | None = None,
    breaks: Iterable[float] = (),
) -> Estimate:
    """Return 1 / sqrt(E f'(z)^2): with Var w = gain^2 / fan_out the variance of gradients holds.

    Args:
        f: the activation, made of functions that autograd has rules for.
        slope: its derivative, where autograd has none.
        breaks: where it has so many kinks, as `expectation` takes them.

    Raises:
        BadValueError: when f is flat wherever it was asked, or E f'(z)^2 does not exist.

    >>> from initlab import nd
    >>> round(backward_gain(nd.relu), 9)
    1.414213562
    """
    return _inverse_root(
        second_moment(slope or derivative(f), breaks=breaks), f, "flat wherever it was asked"
    )


def _inverse_root(moment: Estimate, f: Callable[[Any], Any], fault: str) -> Estimate:
    if not moment > 0:
        raise BadValueError(
            f"{getattr(f, '__name__', f)} is {fault}; no gain makes up for that. A "
            "spike narrower than 0.016 is found if breaks has its sides."
        )
    return through(lambda m: 1 / sqrt(m), moment, pole=0.0)
