"""What was recorded: runs as values, found by sweep, identity or id."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time_ns
from typing import TYPE_CHECKING, Any

from initlab.errors import TrackingError, UnknownNameError
from initlab.tracking.journal import curves_of
from initlab.tracking.mlflow import Experiment, Store, StoredRun, find_experiment, version
from initlab.tracking.process import is_alive
from initlab.tracking.spec import Backend, sqlite_file
from initlab.tracking.tracker import Status
from initlab.tracking.view import KNOWN_TO_WORK, view_address, view_tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from initlab.tracking.spec import TrackingSpec

__all__ = ["Past", "PastRun"]

SUMMARY_TAG = "initlab.sweep."


@dataclass(frozen=True)
class PastRun:
    """A run as the store has it, whoever wrote it.

    `began` and `ended` are in ms since 1970, `ended` None while it runs; `metrics` has the last
    value of each.
    """

    run_id: str
    name: str
    status: str
    began: int
    ended: int | None
    params: Mapping[str, str] = field(repr=False)
    tags: Mapping[str, str] = field(repr=False)
    metrics: Mapping[str, float] = field(repr=False)
    artifacts: str = field(repr=False)

    @property
    def identity(self) -> str:
        """The hash of what decided the run; empty for a run that initlab did not write."""
        return self.tags.get("initlab.identity", "")

    @property
    def dead(self) -> bool:
        """Whether it says RUNNING and its process, one of this host, does not live."""
        return self.status == Status.RUNNING and is_alive(self.tags) is False

    @property
    def astray(self) -> bool:
        """Whether it says RUNNING and nobody here can tell: its process is another host's."""
        return self.status == Status.RUNNING and is_alive(self.tags) is None

    @property
    def whereabouts(self) -> str:
        """Who says that it runs, and how to close it in case that it doesn't."""
        host = self.tags.get("initlab.host", "an unknown host")
        began = datetime.fromtimestamp(self.began / 1000).astimezone()
        return (
            f"{self.name} says RUNNING on {host} since {began:%Y-%m-%d %H:%M}; if its process is "
            f"dead: python -m initlab close {self.run_id[:8]}"
        )


class Past:
    """The runs of one experiment.

    Args:
        spec: where the record is.
        experiment: the id that `prepare` returned; None looks it up by its name.
        patience: for how many seconds to wait for a server that is away.

    Raises:
        TrackingError: when nothing is recorded there.
    """

    def __init__(
        self, spec: TrackingSpec, experiment: str | None = None, *, patience: float = 0.0
    ) -> None:
        if spec.name != Backend.mlflow:
            raise TrackingError(
                f"tracking={spec.name} keeps no record to look into: use tracking=mlflow."
            )
        self.spec = spec.resolved()
        file = sqlite_file(self.spec.uri)
        if file is not None and not file.exists():
            raise TrackingError(
                f"There is no record at {file}: nothing was recorded there yet. Run something "
                "first, or name another place with tracking.uri=sqlite:////absolute/mlflow.db."
            )
        self.store = Store(self.spec, patience=patience)
        self._experiment = (
            Experiment(self.store, experiment)
            if experiment
            else find_experiment(self.store, spec.experiment)
        )
        self._read: tuple[str, Mapping[str, list[tuple[int, float]]]] = ("", {})

    @property
    def experiment(self) -> str:
        """The experiment's id."""
        return self._experiment.id

    def runs(self, condition: str = "", *, limit: int | None = None) -> Iterator[PastRun]:
        """Yield the runs that meet a condition in MLflow's search syntax, the newest first.

        Raises:
            TrackingError: for a condition that MLflow doesn't understand.
        """
        for run in self._experiment.search(condition, limit):
            yield PastRun(
                run_id=run.info.run_id,
                name=run.info.run_name,
                status=run.info.status,
                began=run.info.start_time,
                ended=run.info.end_time,
                params=run.data.params,
                tags=run.data.tags,
                metrics=run.data.metrics,
                artifacts=run.info.artifact_uri,
            )

    def of(self, identity: str) -> list[PastRun]:
        """Return the runs of that identity, the newest first."""
        return list(self.runs(f"tags.`initlab.identity` = '{identity}'"))

    def finished(self, identity: str) -> PastRun | None:
        """Return the newest finished run of that identity; a diverged one is finished."""
        condition = f"tags.`initlab.identity` = '{identity}' and attributes.status = 'FINISHED'"
        return next(self.runs(condition, limit=1), None)

    def sweep(self, name: str) -> Iterator[PastRun]:
        """Yield the runs that a sweep made or found finished, the newest first."""
        return self.runs(f"tags.`initlab.sweep` LIKE '%{name}%'")

    def join(self, run: PastRun, tags: Mapping[str, str]) -> None:
        """Count a finished run among those of another sweep, too, whose tags these are."""
        sweeps = run.tags.get("initlab.sweep", "").split()
        if tags["initlab.sweep"] not in sweeps:
            joined = {"initlab.sweep": " ".join([*sweeps, tags["initlab.sweep"]])}
            self.stored(run).log_tags({**tags, **run.tags, **joined})

    def announce(self, sweep: str, axes: Sequence[str]) -> str:
        """Save the views of the sweep for MLflow's pages and return how to open the first."""
        if version().startswith(KNOWN_TO_WORK):
            runs = [run.metrics for run in self.sweep(sweep) if run.status == Status.FINISHED]
            for key, text in view_tags(sweep, axes, runs, time_ns() // 10**6).items():
                self._experiment.tag(key, text)
        return self.store.page(view_address(self.experiment, sweep))

    def summarize(self, sweep: str, summary: Mapping[str, Any]) -> None:
        """Keep what a sweep came to, where everybody who has the record finds it."""
        self._experiment.tag(f"{SUMMARY_TAG}{sweep}", json.dumps(summary))

    def run(self, name: str, preferred: Status | None = None) -> PastRun:
        """Return the run with that id, the beginning of an id, or that name (the newest one).

        Args:
            name: the id or name.
            preferred: of several runs of that name one of this status goes first.

        Raises:
            UnknownNameError: when there is none.
        """
        text = f'"{name}"' if "'" in name else f"'{name}'"
        conditions = [f"attributes.run_id = {text}", f"attributes.run_name = {text}"]
        if preferred is not None:
            conditions.insert(1, f"{conditions[1]} and attributes.status = '{preferred}'")
        for condition in conditions:
            if found := next(self.runs(condition, limit=1), None):
                return found
        known = list(self.runs())
        if found := next((run for run in known if run.run_id.startswith(name)), None):
            return found
        raise UnknownNameError("run", name, [run.name for run in known[:20]])

    def curve(self, run: PastRun, metric: str) -> list[tuple[int, float]]:
        """Return a metric's (step, value) pairs in the order of the steps.

        All that were measured, where the record has the run's journal; those in MLflow, which may
        be thinned, where it hasn't.
        """
        return self._journaled(run).get(metric) or self.stored(run).curve(metric)

    def stored(self, run: PastRun) -> StoredRun:
        """Return the run as it stands in the store, to be written to."""
        return StoredRun(self.store, run.run_id, run.artifacts)

    def _journaled(self, run: PastRun) -> Mapping[str, list[tuple[int, float]]]:
        """Return all curves of a run's journal; those of the last run asked for are at hand."""
        if self._read[0] != run.run_id:
            self._read = run.run_id, curves_of(self.file(run, "journal.jsonl.gz"))
        return self._read[1]

    def file(self, run: PastRun, place: str) -> bytes | None:
        """Return the content of one of the run's artifacts, or None if there is none."""
        with TemporaryDirectory(prefix="initlab-") as folder:
            path = self.stored(run).fetch_artifact(place, Path(folder))
            return None if path is None else path.read_bytes()
