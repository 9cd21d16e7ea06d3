"""A sweep from its command to its summary: checked whole, resumed, carried out, told."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING

from initlab.config import launch_sweep, read_sweep
from initlab.errors import InitlabError
from initlab.jobs.outcome import Outcome, State
from initlab.jobs.progress import Progress
from initlab.jobs.summary import conclude
from initlab.jobs.task import SweepTask, recorded
from initlab.jobs.workers import warm_workers
from initlab.running import plan
from initlab.tracking import Backend, Past, prepare, repair, sqlite_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from initlab.catalog import Catalog
    from initlab.config import Sweep
    from initlab.tracking import TrackingSpec

__all__ = ["run_sweep"]

CLAIMS = ".initlab-claims"
GRACE = 10.0  # seconds that interrupted workers have to end in
DIED = "its process died, and again when it ran alone: out of memory, or killed from outside"


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
    tracking = sweep.jobs[0].spec.tracking.resolved()
    _check(sweep)
    _warn_of_threads(sweep, cores)
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
            _tell_of_strays(past, {sweep.jobs[number].spec.identity for number in pending})
    if sweep.launcher == "joblib" and (sweep.search or pending):
        warm_workers(record=tracking.name is Backend.mlflow)
    try:
        with Progress(sweep, sweep.total):
            broke = _carry_out(sweep, pending, task, catalog, [_absolute(p) for p in plugins])
    except KeyboardInterrupt:
        if past is not None:
            _let_die(past, sweep.name)
        _end(sweep, past)
        raise
    lost = _end(sweep, past)
    if broke is not None:
        sys.stderr.write(f"{sweep.name}: the launcher broke: {type(broke).__name__}: {broke}\n")
    return lost


def _let_die(past: Past, sweep: str) -> None:
    """Wait for the workers of an interrupted sweep, which its launcher doesn't: they close runs."""
    until = monotonic() + GRACE
    while monotonic() < until:
        runs = past.runs(f"attributes.status = 'RUNNING' and tags.`initlab.sweep` = '{sweep}'")
        if all(run.dead or run.astray for run in runs):
            return
        sleep(0.1)


def _end(sweep: Sweep, past: Past | None) -> int:
    if past is not None:
        _close_dead(past)
    return conclude(sweep, past)


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
            f"{sweep.workers * threads} cores, and this machine has {cores}: they will wait "
            f"for each other. {sweep.workers_key}={fits} fits.\n"
        )


def _claims(tracking: TrackingSpec) -> Path:
    """Return the file that jobs are claimed in: beside the record's own, or in this directory."""
    file = sqlite_file(tracking.uri)
    return (Path.cwd() if file is None else file.parent) / CLAIMS


def _close_dead(past: Past) -> None:
    for run in repair(past):
        sys.stderr.write(f"{run.name} ({run.run_id[:8]}) had died; closed, with what it measured\n")


def _tell_of_strays(past: Past, pending: set[str]) -> None:
    """Say which jobs another host seems to do as well; whether it does cannot be seen from here."""
    for run in past.runs("attributes.status = 'RUNNING'"):
        if run.astray and run.identity in pending:
            sys.stderr.write(f"{run.whereabouts} (here it is done in any case)\n")


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
    sweep: Sweep, pending: list[int], task: SweepTask, catalog: Catalog, plugins: Sequence[str]
) -> Exception | None:
    """Launch the jobs, again as often as the launcher breaks and jobs had begun.

    A process that dies takes a launcher's others with it, so the jobs that were under way are run
    once more, each alone: the one that dies alone has failed.

    Returns:
        What the launcher broke of when it can't go on.

    Raises:
        Exception: what the launcher raises before any job began.
    """
    suspects: list[int] = []
    while pending or suspects:
        batch = pending or suspects[:1]
        try:
            launch_sweep(sweep, batch, task, catalog, plugins)
        except Exception as error:
            begun = any(_outcome(sweep, number) for number in batch)
            if not begun and not suspects:
                raise
            if not begun or sweep.search:
                return error
        if sweep.search:
            return None
        left = [number for number in batch if not _is_over(sweep, number)]
        if not pending:
            suspects = suspects[1:]
            _give_up(sweep, left)
            continue
        suspects += [number for number in left if _outcome(sweep, number)]
        pending = [number for number in left if number not in suspects]
        if pending == batch:
            return None
    return None


def _outcome(sweep: Sweep, number: int) -> Outcome | None:
    return Outcome.read(sweep.directory / str(number))


def _is_over(sweep: Sweep, number: int) -> bool:
    outcome = _outcome(sweep, number)
    return outcome is not None and outcome.over


def _give_up(sweep: Sweep, numbers: Iterable[int]) -> None:
    for number in numbers:
        outcome = Outcome(sweep.jobs[number].title, State.failed, DIED)
        outcome.write(sweep.directory / str(number))


def _absolute(plugin: str) -> str:
    return str(Path(plugin).absolute()) if Path(plugin).exists() else plugin
