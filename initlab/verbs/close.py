"""`close`: a run that says RUNNING and is dead."""

from __future__ import annotations

from initlab.recall import open_past
from initlab.tracking import close as close_run
from initlab.verbs.loading import load
from initlab.words import one_run

__all__ = ["close"]


def close(arguments: list[str], plugins: list[str]) -> int:
    """Close its record."""
    name, overrides = one_run("close", arguments)
    run = close_run(open_past(overrides, load(plugins)), name)
    print(f"{run.name} ({run.run_id[:8]}) is closed as KILLED, with what its journal holds.")
    return 0
