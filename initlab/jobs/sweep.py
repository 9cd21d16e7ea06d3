"""A sweep from its command to its summary: checked whole, resumed, carried out, told."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from initlab.config import launch_sweep, read_sweep
from initlab.errors import InitlabError
from initlab.jobs.outcome import Outcome
from initlab.jobs.progress import Progress
from initlab.jobs.summary import conclude
from initlab.jobs.task import SweepTask, recorded
from initlab.running import plan
from initlab.tracking import Past, prepare, repair, sqlite_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from initlab.catalog import Catalog
    from initlab.config import Sweep
    from initlab.tracking import TrackingSpec

__all__ = ["run_sweep"]

CLAIMS = ".initlab-claims"


def run_sweep(arguments: Sequence[str], catalog: Catalog, plugins: Sequence[str] = ()) -> int:
    """Carry out the sweep that a command asks for and return how many jobs did not get through.

    Every job is composed and planned before the first one starts. What an earlier command finished
    is not done again, what died is closed in the record and redone.

    Raises:
        InitlabError: for a job that cannot be; nothing is run then.
        KeyboardInterrupt: after what was measured is in the record and the summary on the screen.
    """
    cores = len(os.sched_getaffinity(0))
    sweep = read_sweep(arguments, catalog, cores)
    _check(sweep)
    _warn_of_threads(sweep, cores)
    tracking = sweep.jobs[0].spec.tracking.resolved()
    experiment = prepare(tracking)
    past = None if experiment is None else Past(tracking, experiment)
    task = SweepTask(
        sweep=sweep.name,
        axes=sweep.axes,
        values={} if sweep.search else {str(n): job.values for n, job in enumerate(sweep.jobs)},
        tracking=tracking,
        experiment=experiment,
        claims=None if past is None else _claims(tracking),
    )
    pending = list(range(len(sweep.jobs)))
    if past is not None:
        _close_dead(past)
        if not sweep.search:
            pending = _resume(sweep, task, past)
    try:
        with Progress(sweep, None if sweep.search else len(sweep.jobs)):
            broke = _carry_out(sweep, pending, task, catalog, [_absolute(p) for p in plugins])
    finally:
        if past is not None:
            _close_dead(past)
        lost = conclude(sweep, past)
    if broke is not None:
        sys.stderr.write(f"{sweep.name}: the launcher broke: {type(broke).__name__}: {broke}\n")
    return lost


def _check(sweep: Sweep) -> None:
    """Plan every job once; those that differ in nothing but the seed have one plan."""
    checked: list[dict[str, object]] = []
    for number, job in enumerate(sweep.jobs):
        config = {key: value for key, value in job.config.items() if key != "seed"}
        if config in checked:
            continue
        try:
            plan(job.spec)
        except InitlabError as error:
            error.add_note(f"in job {number}: {job.title}")
            raise
        checked.append(config)


def _warn_of_threads(sweep: Sweep, cores: int) -> None:
    threads = max(job.spec.threads for job in sweep.jobs)
    if sweep.workers > 1 and sweep.workers * threads > cores:
        fits = max(1, cores // threads)
        sys.stderr.write(
            f"{sweep.name}: {sweep.workers} workers x {threads} threads want "
            f"{sweep.workers * threads} cores, and {cores} are here: they will wait for each "
            f"other. {sweep.workers_key}={fits} fits.\n"
        )


def _claims(tracking: TrackingSpec) -> Path:
    """Return the file that jobs are claimed in: beside the record's own, or in this directory."""
    file = sqlite_file(tracking.uri)
    return (Path.cwd() if file is None else file.parent) / CLAIMS


def _close_dead(past: Past) -> None:
    for run in repair(past):
        sys.stderr.write(f"{run.name} ({run.run_id[:8]}) had died; closed, with what it measured\n")


def _resume(sweep: Sweep, task: SweepTask, past: Past) -> list[int]:
    """Leave the outcome of each job that is finished already, and return the others' numbers."""
    pending = []
    for number, job in enumerate(sweep.jobs):
        found = past.finished(job.spec.identity)
        if found is None:
            pending.append(number)
            continue
        past.join(found, task.tags(job.spec, str(number)))
        recorded(job.title, found).write(sweep.directory / str(number))
    return pending


def _carry_out(
    sweep: Sweep, pending: Sequence[int], task: SweepTask, catalog: Catalog, plugins: Sequence[str]
) -> Exception | None:
    """Launch the jobs, again while a launcher breaks and jobs are left that had begun.

    Returns:
        What the launcher broke of, if jobs were left undone.

    Raises:
        Exception: what the launcher raises before any job began.
    """
    while pending:
        before = _outcomes(sweep, pending)
        try:
            launch_sweep(sweep, pending, task, catalog, plugins)
        except Exception as error:
            after = _outcomes(sweep, pending)
            if after == before:
                if not any(after):
                    raise
                return error
            pending = [n for n, it in zip(pending, after, strict=True) if it is None or not it.over]
        else:
            return None
    return None


def _outcomes(sweep: Sweep, numbers: Iterable[int]) -> list[Outcome | None]:
    return [Outcome.read(sweep.directory / str(number)) for number in numbers]


def _absolute(plugin: str) -> str:
    return str(Path(plugin).absolute()) if Path(plugin).exists() else plugin
