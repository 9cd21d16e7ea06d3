"""Which runs are compared, and what sets them apart: axes, conditions, seeds."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from initlab.compare.filters import read_filter, value_of
from initlab.errors import SelectsNothingError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from initlab.tracking import Past, PastRun

__all__ = ["Selection", "Trial", "select"]

SEED = "seed"


@dataclass(frozen=True)
class Trial:
    """A finished run, its values on the axes, and the two that order a table."""

    run: PastRun = field(repr=False)
    values: Mapping[str, str]
    row: str
    condition: str


@dataclass(frozen=True)
class Selection:
    """Runs to compare.

    Args:
        name: the sweep, or the filter.
        axes: the keys that differ, the seed not among them.
        row: the axis that is compared; the others are conditions.
        trials: one finished run of each identity, the newest.
        left_out: the newest run of each identity that has none that finished.
    """

    name: str
    axes: tuple[str, ...]
    row: str
    trials: tuple[Trial, ...]
    left_out: tuple[PastRun, ...]

    def told(self) -> list[str]:
        """Say how many runs there are, and what became of those that are left out."""
        ended = Counter(_state(run) for run in self.left_out)
        out = ", ".join(f"{number} {status}" for status, number in sorted(ended.items()))
        runs = f"{len(self.trials)} finished run{'s' * (len(self.trials) > 1)}"
        first = f"{runs}{f'; left out: {out}' if out else ''}."
        return [first, *(f"{run.whereabouts}." for run in self.left_out if run.astray)]


def select(past: Past, words: Sequence[str]) -> Selection:
    """Find the runs that a command means.

    Args:
        past: where they are recorded.
        words: a sweep's name, AXIS=VALUE, a condition in MLflow's search syntax, or some of them
            at once; the latest sweep without any.

    Raises:
        SelectsNothingError: when no finished run is among them.
        BadValueError: for an axis that no run has, or a condition that is none.
    """
    asked = read_filter(words or _latest(past))
    name = " ".join(words) or asked.sweep or "all runs"
    runs = asked.runs(past)
    finished = {run.identity or run.run_id: run for run in reversed(runs) if _counts(run)}
    if not finished:
        raise _nothing(past, name, runs)
    trials = sorted(finished.values(), key=lambda run: run.began)
    kept = tuple(axis for axis in _axes(trials, asked.sweep) if axis != SEED)
    row = "init" if "init" in kept or not kept else kept[0]
    return Selection(
        name=name,
        axes=kept,
        row=row,
        trials=tuple(_trial(run, kept, row) for run in trials),
        left_out=tuple(_unfinished(runs, finished)),
    )


def _nothing(past: Past, name: str, runs: Sequence[PastRun]) -> SelectsNothingError:
    """Say that no run is meant, or that none of those has finished yet."""
    sweeps = {} if runs else _sweeps(past)
    error = SelectsNothingError("compare", name, sweeps, "finished run")
    ended = Counter(_state(run) for run in runs)
    if runs:
        told = ", ".join(f"{number} {state}" for state, number in sorted(ended.items()))
        error.add_note(f"Its runs: {told}. The same command again does what is missing.")
    return error


def _unfinished(runs: Sequence[PastRun], finished: Mapping[str, PastRun]) -> Iterable[PastRun]:
    newest = {run.identity or run.run_id: run for run in reversed(runs)}
    return (run for key, run in newest.items() if key not in finished)


def _counts(run: PastRun) -> bool:
    return run.status == "FINISHED"


def _state(run: PastRun) -> str:
    return "dead" if run.dead else run.status.lower()


def _latest(past: Past) -> list[str]:
    """Return the name of the sweep that a run was last recorded for, if there is one."""
    newest = next(past.runs("tags.`initlab.sweep` LIKE '%-%'", limit=1), None)
    return [] if newest is None else newest.tags["initlab.sweep"].split()[-1:]


def _sweeps(past: Past) -> set[str]:
    tags = (run.tags.get("initlab.sweep", "") for run in past.runs())
    return {name for tag in tags for name in tag.split()}


def _axes(runs: Sequence[PastRun], sweep: str) -> list[str]:
    """Return those of the sweep's axes that set the runs apart, or the params that do."""
    for run in runs:
        if sweep and sweep in run.tags.get("initlab.sweep", "").split()[:1]:
            axes = run.tags.get("initlab.axes", "").split()
            return [axis for axis in axes if len({value_of(run, axis) for run in runs}) > 1]
    return _varying(runs)


def _varying(runs: Sequence[PastRun]) -> list[str]:
    """Return the params that vary, without those that only repeat what others tell."""
    keys = sorted(
        {key for run in runs for key in run.params}, key=lambda key: (key.count("."), key)
    )
    chosen = [key for key in (SEED,) if len({run.params.get(key) for run in runs}) > 1]
    for key in keys:
        apart = len({tuple(run.params.get(k) for k in chosen) for run in runs})
        more = len({tuple(run.params.get(k) for k in [*chosen, key]) for run in runs})
        if more > apart:
            chosen.append(key)
    return chosen


def _trial(run: PastRun, axes: Sequence[str], row: str) -> Trial:
    values = {axis: value_of(run, axis) for axis in axes}
    held = [f"{axis}={value}" for axis, value in values.items() if axis != row]
    return Trial(run, values, values.get(row) or value_of(run, row), " ".join(held))
