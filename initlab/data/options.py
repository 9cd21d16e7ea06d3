"""What the options of data sets must be."""

from __future__ import annotations

from initlab.errors import BadValueError

__all__ = ["at_least", "between", "exactly"]


def at_least(dataset: str, least: float, **values: float) -> None:
    """Raise BadValueError for a value below `least`."""
    for option, value in values.items():
        if not value >= least:
            raise BadValueError(f"{dataset}: {option} must be at least {least}, got {value}.")


def between(dataset: str, low: float, high: float, **values: float) -> None:
    """Raise BadValueError for a value that is not strictly between."""
    for option, value in values.items():
        if not low < value < high:
            raise BadValueError(
                f"{dataset}: {option} must be between {low} and {high}, got {value}."
            )


def exactly(dataset: str, what: str, wanted: int, got: int) -> None:
    """Raise BadValueError unless `outputs` is what the data have."""
    if got != wanted:
        raise BadValueError(f"{dataset} has {wanted} {what}: outputs must be {wanted}, got {got}.")
