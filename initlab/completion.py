"""Tab completion: the verbs and the catalog's names; the rest of a line is Hydra's to complete."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["completions", "line_for_hydra"]


def completions(line: str, verbs: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return what the last word of a line may become.

    Args:
        line: as typed so far, the program's name first.
        verbs: of the command.
        names: what `catalog` takes.

    >>> completions("initlab re", ["replay", "reproduce", "run"], [])
    ['replay', 'reproduce']
    """
    _, *words, last = line.split(" ")
    known = verbs if not words else names if words[0] == "catalog" else ()
    return sorted(word for word in known if word.startswith(last))


def line_for_hydra(line: str) -> str:
    """Return the line with nothing but the program, overrides and what is not complete yet.

    >>> line_for_hydra("initlab plan -m seed=1,2 init=xa")
    'initlab seed=1,2 init=xa'
    """
    program, *words, last = line.split(" ")
    return " ".join([program, *(word for word in words if "=" in word), last])
