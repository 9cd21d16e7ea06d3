"""What the options of data sets must be."""

from __future__ import annotations

from math import inf
from numbers import Integral, Real

from initlab.errors import BadTypeError, BadValueError

__all__ = ["classes", "count", "not_negative", "parted"]


def count(dataset: str, least: int, **values: int) -> None:
    """Raise BadTypeError for a value that is no integer, BadValueError for one below `least`."""
    for option, value in values.items():
        if not isinstance(value, Integral) or isinstance(value, bool):
            raise _wrong_type(dataset, option, "an integer", value)
        if value < least:
            raise BadValueError(f"{dataset}: {option} must be at least {least}, got {value}.")


def not_negative(dataset: str, **values: float) -> None:
    """Raise BadTypeError for a value that is no number, BadValueError unless 0 <= value < inf."""
    for option, value in values.items():
        _number(dataset, option, value)
        if not 0 <= value < inf:
            raise BadValueError(f"{dataset}: {option} must be finite and at least 0, got {value}.")


def parted(dataset: str, samples: int, test_share: float) -> None:
    """Raise BadValueError unless `test_share` leaves samples for training and for testing."""
    _number(dataset, "test_share", test_share)
    if not 0 < test_share < 1:
        raise BadValueError(f"{dataset}: test_share must be between 0 and 1, got {test_share}.")
    if not 0 < round(samples * test_share) < samples:
        what = "training" if test_share > 0.5 else "testing"
        raise BadValueError(
            f"{dataset}: test_share {test_share} of {samples} samples leaves none for {what}; "
            "choose another share or more samples."
        )


def classes(dataset: str, wanted: int, outputs: int) -> None:
    """Raise BadValueError unless `outputs` is the number of classes that the data have."""
    count(dataset, 1, outputs=outputs)
    if outputs != wanted:
        raise BadValueError(
            f"{dataset}: outputs must be {wanted}, the number of its classes, got {outputs}."
        )


def _number(dataset: str, option: str, value: object) -> None:
    if not isinstance(value, Real) or isinstance(value, bool):
        raise _wrong_type(dataset, option, "a number", value)


def _wrong_type(dataset: str, option: str, wanted: str, value: object) -> BadTypeError:
    kind = type(value).__name__
    return BadTypeError(f"{dataset}: {option} must be {wanted}, got {value!r} of type {kind}.")
