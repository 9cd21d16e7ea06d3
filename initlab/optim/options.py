"""What the options of optimizers and schedules must be."""

from __future__ import annotations

from math import inf
from numbers import Real

from initlab.errors import BadTypeError, BadValueError

__all__ = ["fraction", "momentum", "not_negative", "positive"]


def not_negative(name: str, **values: float) -> None:
    """Raise BadTypeError for a value that is no number, BadValueError unless 0 <= value < inf."""
    for option, value in values.items():
        _number(name, option, value)
        if not 0 <= value < inf:
            raise BadValueError(f"{name}: {option} must be finite and at least 0, got {value}.")


def positive(name: str, **values: float) -> None:
    """Raise as `not_negative`, and BadValueError for 0."""
    not_negative(name, **values)
    for option, value in values.items():
        if value == 0:
            raise BadValueError(f"{name}: {option} must be above 0, got {value}.")


def momentum(name: str, **values: float) -> None:
    """Raise BadTypeError for a value that is no number, BadValueError unless 0 <= value < 1."""
    for option, value in values.items():
        _number(name, option, value)
        if not 0 <= value < 1:
            raise BadValueError(f"{name}: {option} must be at least 0 and below 1, got {value}.")


def fraction(name: str, **values: float) -> None:
    """Raise BadTypeError for a value that is no number, BadValueError unless 0 <= value <= 1."""
    for option, value in values.items():
        _number(name, option, value)
        if not 0 <= value <= 1:
            raise BadValueError(f"{name}: {option} must be from 0 to 1, got {value}.")


def _number(name: str, option: str, value: object) -> None:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise BadTypeError(
            f"{name}: {option} must be a number, got {value!r} of type {type(value).__name__}."
        )
