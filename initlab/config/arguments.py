"""What a user may type, turned into what Hydra takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["is_multirun", "normalized", "overrides"]

ALWAYS_THERE = ("init", "experiment")  # groups with a default, which Hydra would not let one add


def normalized(arguments: Sequence[str]) -> list[str]:
    """Return flags first, then overrides; `+init=x` and `+experiment=x` without their plus.

    >>> normalized(["+init=he", "seed=1,2", "-m"])
    ['-m', 'init=he', 'seed=1,2']
    """
    flags = [a for a in arguments if not _is_override(a)]
    return [*flags, *overrides(arguments)]


def overrides(arguments: Sequence[str]) -> list[str]:
    """Return the overrides alone."""
    return [_plain(argument) for argument in arguments if _is_override(argument)]


def is_multirun(arguments: Sequence[str]) -> bool:
    """Return whether a sweep is asked for."""
    return bool({"-m", "--multirun"} & set(arguments))


def _is_override(argument: str) -> bool:
    return not argument.startswith("-") and ("=" in argument or argument.startswith("~"))


def _plain(argument: str) -> str:
    key, _, value = argument.partition("=")
    return f"{key[1:]}={value}" if key in {f"+{group}" for group in ALWAYS_THERE} else argument
