"""What a sweep came to: its jobs, how many of each end, and every reason once."""

from __future__ import annotations

import shlex
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from rich.console import Console

from initlab.errors import TrackingError
from initlab.jobs.outcome import Outcome, State
from initlab.jobs.picture import share_pictures
from initlab.jobs.task import recorded
from initlab.tables import print_table

if TYPE_CHECKING:
    from initlab.config import Sweep
    from initlab.tracking import Past

__all__ = ["conclude"]

ROWS = 30  # of jobs that are listed
REASONS = 5  # of failures that the record keeps
UNDONE = "not carried out: the sweep ended before, or the disk is full"


def conclude(sweep: Sweep, past: Past | None = None, console: Console | None = None) -> int:
    """Print what became of a sweep's jobs and return how many did not get through."""
    console = console or Console()
    outcomes = _outcomes(sweep, past)
    lost = [it for it in outcomes.values() if it.state in (State.failed, State.killed)]
    ranked = sorted(outcomes, key=lambda job: (outcomes[job] not in lost, outcomes[job].loss))
    shown = sorted(ranked[:ROWS], key=_number)
    columns = ("job", "run", "outcome", "test loss", "test accuracy", "seconds")
    print_table(columns, [_row(job, outcomes[job]) for job in shown], console=console)
    if len(shown) < len(ranked):
        _say(console, f"and {len(ranked) - len(shown)} more, none of them failed or better")
    counts = Counter(it.state for it in outcomes.values())
    before = sum(it.recorded for it in outcomes.values())
    again = f" ({before} of them before)" if before else ""
    told = ", ".join(f"{number} {state}" for state, number in sorted(counts.items()))
    _say(console, f"{sweep.name}: {told}{again}")
    for reason, number in Counter(it.reason for it in outcomes.values() if it.reason).most_common():
        _say(console, f"{number} x {reason}")
    if lost:
        _say(console, "The same command again does what is missing, and nothing twice.")
    if past is not None:
        _keep(past, sweep, outcomes, console)
    return len(lost)


def _keep(past: Past, sweep: Sweep, outcomes: dict[str, Outcome], console: Console) -> None:
    """Keep the summary and what the runs share in the record, and say where the runs are.

    The runs are there without it.
    """
    try:
        past.summarize(sweep.name, _summary(sweep, outcomes))
        share_pictures(past, sweep.name, sweep.axes)
        where = past.announce(sweep.name, sweep.axes)
    except TrackingError as error:
        _say(console, f"The record lacks the sweep's summary: {error}")
    else:
        _say(console, f"See the sweep in MLflow:\n{where}")
        _say(console, f"Compare: python -m initlab compare {sweep.name}")


def _summary(sweep: Sweep, outcomes: dict[str, Outcome]) -> dict[str, object]:
    reasons = Counter(it.reason for it in outcomes.values() if it.reason).most_common(REASONS)
    return {
        "command": shlex.join(sweep.arguments),
        "axes": sweep.axes,
        "ended": f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S %z}",
        "jobs": Counter(str(it.state) for it in outcomes.values()),
        "reasons": {reason[:200]: number for reason, number in reasons},
    }


def _outcomes(sweep: Sweep, past: Past | None) -> dict[str, Outcome]:
    """Return each job's outcome by its number: from its file, else from the record."""
    if sweep.search:
        folders = sweep.directory.glob("[0-9]*")
        found = {folder.name: Outcome.read(folder) for folder in folders}
        return {job: it for job, it in sorted(found.items()) if it is not None}
    outcomes = {}
    for number, job in enumerate(sweep.jobs):
        outcome = Outcome.read(sweep.directory / str(number))
        if outcome is None or not outcome.over:
            label = job.title
            run = past.finished(job.spec.identity) if past is not None else None
            none = Outcome(label, State.killed, reason=UNDONE if outcome is None else "")
            outcome = recorded(label, run) if run is not None else outcome or none
            if outcome.state is State.running:  # its process is gone, or we would not be here
                outcome = Outcome(label, State.killed)
        outcomes[str(number)] = outcome
    return outcomes


def _row(job: str, outcome: Outcome) -> tuple[str, ...]:
    numbers = (outcome.summary.get("loss"), outcome.summary.get("accuracy"))
    texts = ["-" if number is None else f"{number:.4g}" for number in numbers]
    return (job, outcome.label, str(outcome.state), *texts, f"{outcome.seconds:.1f}")


def _number(job: str) -> int:
    return int(job) if job.isdigit() else -1


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)
