"""What the arguments of initializers, and values that they are given, must be."""

from __future__ import annotations

from math import isfinite, sqrt
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from initlab.errors import BadTypeError, BadValueError, nearest
from initlab.init.matrices import pieces

if TYPE_CHECKING:
    from enum import StrEnum

    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

    Choice = TypeVar("Choice", bound=StrEnum)

__all__ = [
    "all_finite",
    "choice",
    "finite",
    "need_bias",
    "need_held",
    "need_room",
    "not_negative",
    "positive",
]


def finite(name: str, **values: float) -> None:
    """Raise BadTypeError for a value that is no number, BadValueError for one not finite."""
    for argument, value in values.items():
        if not isinstance(value, Real) or isinstance(value, bool):
            raise BadTypeError(
                f"{name}: {argument} must be a number, got {value!r} of type "
                f"{type(value).__name__}."
            )
        if not isfinite(value):
            raise BadValueError(f"{name}: {argument} must be a finite number, got {value!r}.")


def all_finite(values: NDArray[Any]) -> bool:
    """Whether all numbers of an array are finite, looked at some at a time."""
    return all(np.isfinite(values[piece]).all() for piece in pieces(values.shape))


def not_negative(name: str, **values: float) -> None:
    """Raise as `finite`, and BadValueError for a value below 0."""
    finite(name, **values)
    for argument, value in values.items():
        if value < 0:
            raise BadValueError(f"{name}: {argument} must not be negative, got {value!r}.")


def positive(name: str, **values: float) -> None:
    """Raise as `finite`, and BadValueError for a value that is not above 0."""
    finite(name, **values)
    for argument, value in values.items():
        if value <= 0:
            raise BadValueError(f"{name}: {argument} must be positive, got {value!r}.")


def need_room(spec: ParameterSpec, law: Law) -> None:
    """Raise BadValueError for a law of numbers that are too large for the parameter's dtype.

    Of one without bounds these are 8 standard deviations from its mean: beyond is one number of
    10^15 of a normal law.
    """
    if spec.dtype.kind not in "fc" or law.mean is None or law.variance is None:
        return
    reach = max(abs(law.low), abs(law.high))
    if not isfinite(reach + law.variance):
        reach = abs(law.mean) + 8 * sqrt(law.variance)
    largest = float(np.finfo(spec.dtype).max)
    if not reach <= largest:
        raise BadValueError(
            f"{spec.label} holds {spec.dtype}, whose largest number is {largest:.4g}, and would "
            f"get numbers up to {reach:.4g}. Choose smaller ones, or a wider dtype."
        )


def need_held(spec: ParameterSpec, values: NDArray[Any]) -> None:
    """Raise BadValueError for finite numbers that the parameter's dtype has nothing close to."""
    kind = spec.dtype.kind
    for piece in pieces(values.shape):
        some = values[piece]
        with np.errstate(all="ignore"):
            cast = (some if kind == "c" else some.real).astype(spec.dtype)
        lost = ~np.isfinite(cast) if kind in "fc" else cast != some
        if kind != "c":
            lost = lost | (some.imag != 0)
        if lost.any():
            first = some[lost][0] if some.shape else some
            raise BadValueError(
                f"{spec.label} holds {spec.dtype}, which has no {first}. Choose another "
                "value, or another dtype."
            )


def need_bias(name: str, spec: ParameterSpec) -> None:
    """Raise BadValueError for a parameter that is no bias: it has fans, or is a gain."""
    if spec.has_fans or spec.role == "gain":
        raise BadValueError(
            f"{name} is for an output's bias, and {spec.label} of shape {spec.shape} is none. Give "
            f"it to the bias by a rule: +init.rules.head.match=output.bias "
            f"+init.rules.head.use.name={name}."
        )


def choice(name: str, argument: str, value: str, options: type[Choice]) -> Choice:
    """Return the member of `options` that `value` names.

    Raises:
        BadValueError: when it names none.
    """
    known = [option.value for option in options]
    if value not in known:
        near = nearest(str(value), known)
        guess = f" Did you mean {near[0]!r}?" if near else ""
        raise BadValueError(
            f"{name}: {argument} must be one of {', '.join(known)}, got {value!r}.{guess}"
        )
    return options(value)
