"""The words of a command that are not Hydra's: options with values, plugins, the name of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.errors import BadValueError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["one_run", "take_number", "take_options", "take_plugins"]


def take_plugins(arguments: list[str]) -> tuple[list[str], list[str]]:
    """Split off each `-p MODULE`.

    Raises:
        BadValueError: for a `-p` with nothing behind it.
    """
    plugins, rest = [], []
    pending = iter(arguments)
    for argument in pending:
        if argument == "-p":
            module = next(pending, None)
            if module is None:
                raise BadValueError("-p wants a module or file: -p my_init.py +init=mine.")
            plugins.append(module)
        else:
            rest.append(argument)
    return plugins, rest


def take_options(arguments: list[str], known: Sequence[str]) -> tuple[dict[str, str], list[str]]:
    """Split off `--OPTION VALUE` and `--OPTION=VALUE`.

    Raises:
        UnknownNameError: for another option.
        BadValueError: for an option without its value.
    """
    options, rest = {}, []
    pending = iter(arguments)
    for argument in pending:
        name, equals, value = argument.partition("=")
        if not argument.startswith("-"):
            rest.append(argument)
        elif name not in known:
            raise UnknownNameError("option", name, known)
        elif not equals and (value := next(pending, "")) == "":
            raise BadValueError(f"{name} wants a value: {name} VALUE.")
        else:
            options[name] = value
    return options, rest


def take_number(options: dict[str, str], name: str) -> float | None:
    """Return the value of an option as a number, None where it is not given.

    Raises:
        BadValueError: when the value is no number.
    """
    try:
        return float(options[name]) if name in options else None
    except ValueError:
        raise BadValueError(f"{name} wants a number, got {options[name]!r}.") from None


def one_run(verb: str, arguments: list[str]) -> tuple[str, list[str]]:
    """Split a run's name or id from the overrides that say where the record is.

    A name that has spaces needs no quotes.

    Raises:
        BadValueError: when there is no name.

    >>> one_run("show", ["he-mlp-digits-s2", "depth=3", "tracking.uri=x"])
    ('he-mlp-digits-s2 depth=3', ['tracking.uri=x'])
    """
    names = [argument for argument in arguments if not argument.startswith("tracking.")]
    if not any(names):
        raise BadValueError(f"{verb} wants a run, its name or id: {verb} RUN.")
    return " ".join(names), [a for a in arguments if a.startswith("tracking.")]
