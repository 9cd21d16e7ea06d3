"""What a broken promise raises, and the promises that every value on a shelf makes."""

from __future__ import annotations

from copy import deepcopy

__all__ = ["ContractError", "check_value", "require"]


class ContractError(AssertionError):
    """A class that does not keep a promise that the lab relies on; the message names it."""


def require(kept: bool, subject: object, complaint: str) -> None:
    """Raise a ContractError that names `subject`, unless the promise was `kept`.

    >>> require(2 + 2 == 5, 4, "is not five")
    Traceback (most recent call last):
    initlab.testing.contract.ContractError: 4 is not five.
    """
    if not kept:
        raise ContractError(f"{subject!r} {complaint}.")


def instance(subject: object) -> object:
    """Return `subject`, or the instance with all defaults when it is a class.

    Raises:
        ContractError: when the class wants arguments.
    """
    if not isinstance(subject, type):
        return subject
    try:
        return subject()
    except TypeError as error:
        raise ContractError(
            f"{subject.__name__} cannot be made without arguments ({error}); "
            "hand an instance to the check."
        ) from error


def check_value(subject: object) -> None:
    """Check that `subject` is a value: equal to its copy, hashable, printed on one line.

    Raises:
        ContractError: naming the promise that is not kept.
    """
    twin = deepcopy(subject)
    require(twin == subject, subject, "does not equal its own copy")
    try:
        same = hash(twin) == hash(subject)
    except TypeError as error:
        raise ContractError(f"{subject!r} has no hash ({error}); freeze the dataclass.") from error
    require(same, subject, "has another hash than its equal copy")
    text = repr(subject)
    readable = type(subject).__name__ in text and "\n" not in text and " at 0x" not in text
    require(readable, subject, "does not print its class and options on one line")
