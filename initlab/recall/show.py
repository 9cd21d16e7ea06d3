"""A run of the record in the terminal."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console

from initlab.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.recall.replay import Replay
    from initlab.tracking import Past, PastRun

__all__ = ["print_replay", "print_run"]

# metrics that are shown before the others
LEADING = ("accuracy", "loss", "train_loss", "trained", "diverged", "diverged_step")
SHOWN = 5  # differences of a replay


def print_run(past: Past, name: str, console: Console | None = None) -> None:
    """Print one run: how it ended, what it came to, its config, its plan.

    Raises:
        UnknownNameError: when there is no such run.
    """
    console = console or Console()
    run = past.run(name)
    for line in _head(run):
        _say(console, line)
    rows = [(key, f"{run.metrics[key]:.6g}") for key in _ordered(run)]
    print_table(("metric", "last value"), rows, console=console)
    params = [(key, value) for key, value in run.params.items() if value != "None"]
    params.sort(key=lambda row: natural(row[0]))
    print_table(("config", "value"), params, console=console)
    plan = past.file(run, "plan.txt")
    if plan is not None:
        _say(console, plan.decode().rstrip())


def _head(run: PastRun) -> Iterator[str]:
    tags = run.tags
    began = datetime.fromtimestamp(run.began / 1000).astimezone()
    took = "" if run.ended is None else f", {(run.ended - run.began) / 1000:.1f} s"
    yield f"{run.name}  {run.run_id}"
    yield f"{run.status}  began {began:%Y-%m-%d %H:%M:%S}{took}"
    if run.dead:
        yield (
            "Its process is dead: the same command again does what is missing, and "
            f"`python -m initlab close {run.run_id[:8]}` keeps what its journal holds."
        )
    if tags.get("initlab.error"):
        yield tags["initlab.error"]
    if tags.get("initlab.sweep"):
        yield f"sweep {tags['initlab.sweep']}: {tags.get('initlab.condition', '')}"
    commit = tags.get("mlflow.source.git.commit", "")[:12]
    changed = " with changes" if tags.get("initlab.git.dirty") == "true" else ""
    versions = [
        f"{what} {tags[key]}"
        for what, key in (
            ("initlab", "initlab.version"), ("Python", "python.version"), ("NumPy", "numpy.version")
        )
        if key in tags
    ]  # fmt: skip
    if tags.get("initlab.plugins"):
        versions.append(tags["initlab.plugins"])
    if tags.get("initlab.plugin_files"):
        versions.append(tags["initlab.plugin_files"])
    yield ", ".join([*versions, *([f"commit {commit}{changed}"] if commit else [])])


def _ordered(run: PastRun) -> list[str]:
    return sorted(run.metrics, key=lambda key: ((*LEADING, key).index(key), natural(key)))


def natural(text: str) -> list[str | int]:
    """Return a key that sorts the numbers in texts as numbers.

    >>> sorted(["hidden.12", "hidden.2"], key=natural)
    ['hidden.2', 'hidden.12']
    """
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", text)]


def print_replay(made: Replay, console: Console | None = None) -> None:
    """Print whether a run built again is what its record says, and what differs."""
    console = console or Console()
    _say(console, f"{made.run.name} ({made.run.run_id}) built again: {made.spec.label}")
    for package, (then, now) in made.versions.items():
        _say(console, f"{package}: recorded with {then}, here is {now}")
    for line in made.plan:
        _say(console, f"another plan: {line}")
    total = made.same + len(made.different)
    _say(
        console,
        f"{made.same} of {total} numbers of the first {made.steps} steps are the same to the last "
        "bit.",
    )
    for metric, step, value, again in made.different[:SHOWN]:
        _say(console, f"{metric} at step {step}: recorded {value!r}, now {again!r}")
    if made.different and not made.versions:
        _say(console, "No recorded version differs: the code or the machine does.")


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
