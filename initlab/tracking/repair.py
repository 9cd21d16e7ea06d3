"""Runs that their process left open are closed, with all that their journals still hold."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from initlab.errors import TrackingError
from initlab.tracking.buffer import Buffer, Row
from initlab.tracking.journal import packed, read_journal
from initlab.tracking.process import is_alive
from initlab.tracking.tracker import Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from initlab.tracking.past import Past, PastRun

    Line = Mapping[str, Any]

__all__ = ["close", "repair"]

DIED = "its process died: killed from outside, or out of memory"
BY_HAND = "closed by hand: its process could not be seen from here"


def repair(past: Past, runs: Iterable[PastRun] | None = None) -> list[PastRun]:
    """Close the runs that say RUNNING though their process is dead, and return them.

    Args:
        past: where they are.
        runs: those to look at; None looks at all.

    Each gets the numbers and files that its journal has and the store lacks, then the status that
    the journal ends with, KILLED where it doesn't end. A run of another host is left alone: from
    here nobody can tell. `close` is for who can.

    Raises:
        TrackingError: when the store cannot be written.
    """
    runs = past.runs("attributes.status = 'RUNNING'") if runs is None else runs
    running = (run for run in runs if run.status == Status.RUNNING)
    dead = [run for run in running if is_alive(run.tags) is False]
    for run in dead:
        _close(past, run)
    return dead


def close(past: Past, name: str) -> PastRun:
    """Close a run that says RUNNING, for somebody who knows that its process is dead.

    Args:
        past: where it is.
        name: its id, the beginning of that, or its name; finished runs may have the same.

    Raises:
        TrackingError: for a run that is over already, or whose process lives here.
        UnknownNameError: when there is no such run.
    """
    run = past.run(name, Status.RUNNING)
    if run.status != Status.RUNNING:
        raise TrackingError(f"{run.name} ({run.run_id[:8]}) is {run.status}: nothing to close.")
    alive = is_alive(run.tags)
    if alive:
        raise TrackingError(
            f"{run.name} ({run.run_id[:8]}) runs here, in process {run.tags['initlab.pid']}. "
            "Interrupt that: it closes its record itself."
        )
    _close(past, run, DIED if alive is False else BY_HAND)
    return run


def _close(past: Past, run: PastRun, why: str = DIED) -> None:
    place = Path(run.tags.get("initlab.journal", ""))
    lines = _journal(place)
    end = next((line for line in lines if line["event"] == "end"), None)
    stored = past.stored(run)
    # the store takes a row that it has already only once
    stored.log_rows(_rows(lines, past.spec.budget) + _summary(end))
    files = [(Path(line["path"]), line["folder"]) for line in lines if line["event"] == "artifact"]
    for file, folder in files:
        if file.is_file():
            stored.log_artifact(file, folder)
    if lines:
        with packed(place) as file:
            stored.log_artifact(file, "")
    error = why if end is None else end["error"]
    if error:
        stored.log_tags({"initlab.error": error})
    stored.terminate(Status.KILLED if end is None else Status(end["status"]))


def _journal(place: Path) -> Sequence[Line]:
    try:
        return read_journal(place)
    except TrackingError:  # it is gone; what reached the store stays
        return ()


def _rows(lines: Sequence[Line], budget: float) -> list[Row]:
    buffer = Buffer(budget)
    for line in lines:
        if line["event"] == "log":
            buffer.add(line["step"], line["time"], line["metrics"])
    elapsed = (lines[-1]["time"] - lines[0]["time"]) / 1000 if lines else 0.0
    return buffer.take(elapsed, last=True)


def _summary(end: Line | None) -> list[Row]:
    if end is None:
        return []
    return [Row(key, end["step"], end["time"], value) for key, value in end["summary"].items()]
