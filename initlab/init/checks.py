"""What the arguments of initializers, and values that they are given, must be."""

from __future__ import annotations

from math import isfinite
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from initlab.errors import BadTypeError, BadValueError, nearest
from initlab.init.matrices import pieces

if TYPE_CHECKING:
    from enum import StrEnum

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

    Choice = TypeVar("Choice", bound=StrEnum)

__all__ = ["all_finite", "choice", "finite", "need_bias", "not_negative", "positive"]


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
