"""The options of an initializer: each is of the type that its class declares."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache, wraps
from numbers import Integral, Real
from os import PathLike
from typing import Any

import numpy as np

from initlab.errors import BadTypeError

__all__ = ["KINDS", "check_options", "checked"]

KINDS: dict[str, tuple[str, Any]] = {
    "float": ("a number", Real),
    "int": ("a whole number", Integral),
    "bool": ("True or False", (bool, np.bool_)),
    "str": ("a text", str),
    "Path": ("the path of a file", (str, PathLike)),
}
"""What an option of each declared type is, and the types that are that."""


def check_options(made: object) -> None:
    """Raise a BadTypeError for an option of another type than its class declares.

    Looked at are numbers, texts, paths and initializers, and where None is declared, too.
    """
    cls: Any = type(made)
    for option, what, types, empty in _declared(cls):
        value = getattr(made, option)
        wrong = not isinstance(value, types) or (isinstance(value, bool) and types in _NUMBERS)
        if wrong and not (empty and value is None):
            from initlab.init.registry import registered_name  # what is right never asks

            raise BadTypeError(
                f"{registered_name(cls)}: {option} must be {what}, got {value!r} of type "
                f"{type(value).__name__}."
            )


def checked(cls: Any) -> None:
    """Let a class of options look at their types before its own `__post_init__` at the values."""
    own = vars(cls).get("__post_init__")
    if own is not None:

        @wraps(own)
        def post_init(self: Any) -> None:
            check_options(self)
            own(self)

        cls.__post_init__ = post_init


@cache
def _declared(cls: type) -> tuple[tuple[str, str, Any, bool], ...]:
    """Return of each option its name, what it is, the types that are that, whether None is."""
    declared = []
    for option in fields(cls) if is_dataclass(cls) else ():
        written = getattr(option.type, "__name__", option.type)
        kind = str(written).removesuffix(" | None")
        if kind in KINDS:
            declared.append((option.name, *KINDS[kind], kind != written))
    return tuple(declared)


_NUMBERS = (Real, Integral)
