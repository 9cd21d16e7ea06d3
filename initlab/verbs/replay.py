"""`replay`: a recorded run built again."""

from __future__ import annotations

from initlab.recall import open_past, print_replay
from initlab.recall import replay as replay_of
from initlab.verbs.loading import load
from initlab.words import one_run

__all__ = ["replay"]


def replay(arguments: list[str], plugins: list[str]) -> int:
    """Build a run again and compare it to the last bit; the status says whether it holds."""
    name, overrides = one_run("replay", arguments)
    catalog = load(plugins)
    made = replay_of(open_past(overrides, catalog), name, catalog)
    print_replay(made)
    return 0 if made.holds else 1
