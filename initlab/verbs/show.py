"""`show`: one recorded run."""

from __future__ import annotations

from initlab.recall import open_past, print_run
from initlab.verbs.loading import load
from initlab.words import one_run

__all__ = ["show"]


def show(arguments: list[str], plugins: list[str]) -> int:
    """Print a run of the record."""
    name, overrides = one_run("show", arguments)
    print_run(open_past(overrides, load(plugins)), name)
    return 0
