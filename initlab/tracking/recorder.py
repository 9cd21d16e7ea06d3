"""The tracker of record: everything to the journal at once, to MLflow in batches on a budget."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from initlab.errors import InitlabError, TrackingError
from initlab.tracking.buffer import Buffer, Row
from initlab.tracking.environment import environment_tags
from initlab.tracking.journal import Journal, packed
from initlab.tracking.metrics import check_key, finite, non_finite
from initlab.tracking.mlflow import Experiment, Store, StoredRun, make_experiment
from initlab.tracking.tracker import Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from initlab.tracking.spec import TrackingSpec
    from initlab.tracking.tracker import RunInfo

__all__ = ["MlflowTracker"]

FLUSH_EVERY = 10.0
"""Seconds between two writes to MLflow while a run goes on; doubled while the store is away."""


class MlflowTracker:
    """One run in MLflow, its journal beside it.

    A server that goes away while the run goes on doesn't stop it: the rows wait, and `end` says
    it if they could not be written. The journal has them all; it is kept as an artifact too.

    Args:
        spec: a resolved TrackingSpec.
        experiment: the id that `prepare` returned; None prepares now.
        clock: gives seconds.
        patience: for how many seconds to wait for a server that is away, at start and end.

    Raises:
        TrackingError: when the store cannot be used.
    """

    def __init__(
        self,
        spec: TrackingSpec,
        experiment: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        patience: float = 0.0,
    ) -> None:
        self.spec = spec
        self.store = Store(spec, make=experiment is None, patience=patience)
        self._experiment = (
            Experiment(self.store, experiment) if experiment else make_experiment(self.store, spec)
        )
        self._run = StoredRun(self.store, "", "")  # until it starts
        self._clock = clock
        self._buffer = Buffer(spec.budget)
        self._journal: Journal | None = None
        self._ended = False
        self._began = self._flushed = 0.0
        self._every = FLUSH_EVERY
        self._last_step = 0
        self._waiting: list[tuple[Path, str]] = []

    @property
    def run_id(self) -> str:
        """MLflow's id of the run, empty until it starts."""
        return self._run.id

    def start(self, info: RunInfo) -> str:
        """Start the run in MLflow and the journal on disk; return MLflow's id of the run."""
        for what, names in (("param", info.params), ("tag", info.tags)):
            for name in names:
                check_key(name, what)
        tags = {**environment_tags(Path.cwd()), **info.tags}
        self._journal = Journal((info.directory / "journal.jsonl").absolute())
        tags["initlab.journal"] = str(self._journal.path)
        with self.store.in_turn():
            try:
                self._create(info, tags, self._journal)
            except BaseException:
                self._journal.close()
                raise
            self._began = self._flushed = self._clock()
            try:
                self._run.log_params(info.params)
                if info.dataset is not None:
                    self._run.log_dataset(info.dataset)
            except InitlabError as error:
                self.end(Status.FAILED, str(error))
                raise
        return self.run_id

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Write the numbers to the journal now, to MLflow within about ten seconds."""
        journal = self._open_journal()
        numbers = finite(step, metrics)
        when = journal.append("log", step=step, metrics=numbers)
        self._buffer.add(step, when, numbers)
        self._last_step = max(self._last_step, step)
        now = self._clock()
        if now - self._flushed >= self._every:
            self._flushed = now
            self._try_flush()

    def artifact(self, path: Path, folder: str = "") -> None:
        """Keep a copy of the file among the run's artifacts, at the end if not now."""
        journal = self._open_journal()
        journal.append("artifact", path=str(path.absolute()), folder=folder)
        if not path.is_file():
            raise TrackingError(f"Cannot keep the artifact {path}: there is no such file.")
        try:
            self._run.log_artifact(path, folder)
        except TrackingError as error:
            journal.append("unwritten", error=str(error))
            self._waiting.append((path, folder))

    def end(
        self, status: Status, error: str | None = None, summary: Mapping[str, float] | None = None
    ) -> None:
        """Write what is held back, then the status."""
        if self._ended:
            return
        journal = self._open_journal()
        numbers = dict(summary or {})
        bad = {key: numbers.pop(key) for key in non_finite(numbers)}
        numbers = finite(self._last_step, numbers)
        facts = {"status": status.value, "error": error, "step": self._last_step}
        when = journal.append("end", summary=numbers, **facts)
        try:
            self.store.wait()
            summary_rows = [Row(key, self._last_step, when, numbers[key]) for key in numbers]
            with self.store.in_turn():
                self._flush(summary_rows, last=True)
                self._finish(status, error)
        except TrackingError as lost:
            raise TrackingError(
                f"{lost} All that was measured is in {journal.path}, and the run ended as "
                f"{status.value}; the next sweep that records there completes it."
            ) from lost
        finally:
            journal.close()
        self._ended = True
        finite(self._last_step, bad)

    def where(self) -> str | None:
        """Return the line that starts MLflow's pages and the address of this run."""
        return self.store.page(
            f"#/experiments/{self._experiment.id}/runs/{self.run_id}?workflowType=machine_learning"
        )

    def _create(self, info: RunInfo, tags: dict[str, str], journal: Journal) -> None:
        facts = {"name": info.name, "params": dict(info.params), "tags": tags}
        journal.append("open", uri=self.store.shown, experiment=self._experiment.id, **facts)
        self._run = self._experiment.start_run(info.name, tags)
        journal.append("start", run=self._run.id, artifacts=self._run.artifacts)

    def _finish(self, status: Status, error: str | None) -> None:
        for path, folder in self._waiting:
            self._run.log_artifact(path, folder)
        tags = self._notes(error)
        if tags:
            self._run.log_tags(tags)
        self._keep_journal()
        self._run.terminate(status)

    def _notes(self, error: str | None) -> dict[str, str]:
        tags = {"initlab.error": error} if error else {}
        buffer = self._buffer
        if buffer.sent < buffer.logged:
            tags["initlab.thinned"] = (
                f"{buffer.sent} of {buffer.logged} numbers are here, {len(buffer.left_out)} "
                "metrics are left out; the artifact journal.jsonl.gz has all"
            )
        return tags

    def _keep_journal(self) -> None:
        with packed(self._open_journal().path) as copy:
            self._run.log_artifact(copy, "")

    def _try_flush(self) -> None:
        try:
            self._flush()
        except TrackingError as error:
            self._open_journal().append("unwritten", error=str(error))
            self._every *= 2  # each try may cost seconds
        else:
            self._every = FLUSH_EVERY

    def _flush(self, summary: Sequence[Row] = (), *, last: bool = False) -> None:
        rows = self._buffer.take(self._clock() - self._began, last=last)
        try:
            # the summary first: MLflow's compare page begins with what was written first
            self._run.log_rows([*summary, *rows])
        except BaseException:
            self._buffer.give_back(rows)
            raise

    def _open_journal(self) -> Journal:
        if self._journal is None or not self._run.id or self._ended:
            raise TrackingError("This record is not open: call start() first, and end() last.")
        return self._journal
