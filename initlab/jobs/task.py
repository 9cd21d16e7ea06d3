"""What is done for one job: alone, or as one of a sweep that its failure must not stop."""

from __future__ import annotations

import os
import sys
import traceback
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from initlab.config import title
from initlab.errors import InitlabError, RunFailedError
from initlab.jobs.claim import claim
from initlab.jobs.outcome import Outcome, State
from initlab.jobs.workers import at_work
from initlab.running import RunResult, run
from initlab.screen import Screen
from initlab.tracking import Past, PastRun, Status, TrackingSpec, make_tracker, repair

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from initlab.config import RunSpec

__all__ = ["SweepTask", "recorded", "run_job"]

PATIENCE = 60.0  # seconds for which a sweep's job waits for a tracking server that is away
ELSEWHERE = "another process is running it now"


def run_job(read: Callable[[], RunSpec], directory: Path) -> float:
    """Carry out a single run, shown on the screen; return its final test loss.

    Args:
        read: gives what to run, or raises what is wrong with it.
        directory: the run's own; its outcome is left there as a file.

    Raises:
        Exception: what it failed of.
    """
    label = "run"
    try:
        spec = read()
        label = spec.label
        with Screen(spec.label, spec.training.epochs) as screen:
            result = run(spec, directory=directory, watch=screen)
    except KeyboardInterrupt:
        _leave(directory, Outcome(label, State.killed))
        raise
    except Exception as error:
        _leave(directory, Outcome(label, State.failed, _reason(error)))
        raise
    outcome = outcome_of(label, result)
    _leave(directory, outcome)
    screen.finish(result)
    return outcome.loss


@dataclass(frozen=True)
class SweepTask:
    """Carries out a sweep's jobs, in whatever process its launcher puts them.

    Args:
        sweep: its name, the tag of its runs.
        axes: the keys that have several values.
        values: of the axes, by the job's number; of a search they are read from the config.
        tracking: where the record goes, with absolute places.
        experiment: the id that `prepare` returned; None without MLflow.
        claims: the file that jobs are claimed in; None where nothing is recorded.
    """

    sweep: str
    axes: tuple[str, ...]
    values: Mapping[str, Mapping[str, str]] = field(repr=False)
    tracking: TrackingSpec
    experiment: str | None
    claims: Path | None

    def __call__(self, read: Callable[[], RunSpec], directory: Path) -> float:
        """Run the job unless it is done or under way, and return its loss, infinite on failure.

        Its outcome is a file in its directory.

        Raises:
            KeyboardInterrupt: when the sweep is interrupted.
        """
        with at_work():
            return self._attempt(read, directory)

    def _attempt(self, read: Callable[[], RunSpec], directory: Path) -> float:
        now = Outcome(f"job {directory.name}", State.running)
        try:
            now.write(directory)
            spec = read()
            now = replace(now, label=title(spec, self._values(spec, directory.name)))
            now.write(directory)
            with claim(self.claims, spec.identity) if self.claims else nullcontext(True) as mine:
                if not mine:
                    return _end(directory, replace(now, state=State.elsewhere, reason=ELSEWHERE))
                return _end(directory, self._carry_out(spec, now.label, directory))
        except KeyboardInterrupt:
            _leave(directory, replace(now, state=State.killed))
            raise
        except Exception as error:  # noqa: BLE001 - whatever one job of a sweep dies of
            _report(now.label, error)
            return _end(directory, replace(now, state=State.failed, reason=_reason(error)))

    def _carry_out(self, spec: RunSpec, name: str, directory: Path) -> Outcome:
        tags = self.tags(spec, directory.name)
        if self.experiment is not None:
            past = Past(self.tracking, self.experiment, patience=PATIENCE)
            runs = past.of(spec.identity)
            if repair(past, runs):  # we have the claim: nobody else would
                runs = past.of(spec.identity)
            found = next((run for run in runs if run.status == Status.FINISHED), None)
            if found is not None:
                past.join(found, tags)
                return recorded(name, found)
        tracker = make_tracker(self.tracking, self.experiment, patience=PATIENCE)
        result = run(spec, name=name, tracker=tracker, directory=directory, tags=tags)
        return outcome_of(name, result)

    def tags(self, spec: RunSpec, job: str) -> dict[str, str]:
        """Return what the runs of the sweep are found and grouped by."""
        values = self._values(spec, job)
        held = [f"{axis}={value}" for axis, value in values.items() if axis != "seed"]
        return {
            "initlab.sweep": self.sweep,
            "initlab.axes": " ".join(self.axes),
            "initlab.condition": " ".join(held) or spec.flat["init"],
        }

    def _values(self, spec: RunSpec, job: str) -> Mapping[str, str]:
        flat = spec.flat
        return self.values.get(job) or {
            axis: flat.get(axis, flat.get(f"{axis}.name", "")) for axis in self.axes
        }


def recorded(label: str, run: PastRun) -> Outcome:
    """Return the outcome of a job that an earlier command finished."""
    state = State.diverged if run.metrics.get("diverged") else State.finished
    seconds = ((run.ended or run.began) - run.began) / 1000
    return Outcome(label, state, seconds=seconds, recorded=True, summary=dict(run.metrics))


def outcome_of(label: str, result: RunResult) -> Outcome:
    """Return what a run came to."""
    return Outcome(
        label,
        State(result.outcome),
        seconds=result.seconds,
        where=result.where,
        summary=result.summary,
    )


def _end(directory: Path, outcome: Outcome) -> float:
    _leave(directory, outcome)
    return outcome.loss


def _leave(directory: Path, outcome: Outcome) -> None:
    """Write the outcome; on a full disk say it, since there is nowhere to leave it."""
    try:
        outcome.write(directory)
    except OSError as error:
        sys.stderr.write(f"{outcome.label}: no outcome in {directory}: {error.strerror}\n")


def _reason(error: BaseException) -> str:
    """Return what went wrong, without the run's name: equal reasons are told once."""
    if isinstance(error, RunFailedError) and error.__cause__ is not None:
        error = error.__cause__
    return error.full() if isinstance(error, InitlabError) else f"{type(error).__name__}: {error}"


def _report(label: str, error: Exception) -> None:
    if os.environ.get("HYDRA_FULL_ERROR") == "1":
        traceback.print_exception(error)
    sys.stderr.write(f"{label} failed: {_reason(error)}\n")
