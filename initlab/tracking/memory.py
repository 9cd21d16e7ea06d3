"""Trackers that leave no trace on disk: one to look at afterwards, one that forgets."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from initlab.errors import TrackingError
from initlab.tracking.metrics import finite, non_finite
from initlab.tracking.tracker import RunInfo, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["MemoryTracker", "NullTracker"]


@dataclass
class MemoryTracker:
    """Everything that was recorded, in plain Python structures.

    `metrics` maps a name to its (step, value) pairs, `artifacts` a place below the run's artifacts
    to the file that was given, `files` the same to its content.

    >>> tracker = MemoryTracker()
    >>> _ = tracker.start(RunInfo("a run", params={"seed": "0"}))
    >>> tracker.log(0, {"loss": 2.5})
    >>> tracker.end(Status.FINISHED, summary={"accuracy": 0.5})
    >>> tracker.metrics
    {'loss': [(0, 2.5)], 'accuracy': [(0, 0.5)]}
    """

    info: RunInfo | None = None
    run_id: str = ""
    metrics: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    artifacts: dict[str, Path] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    status: Status | None = None
    error: str | None = None
    summary: dict[str, float] = field(default_factory=dict)
    last_step: int = 0

    def start(self, info: RunInfo) -> str:
        """Keep the info and return a fresh id."""
        self.info, self.run_id, self.status = info, uuid.uuid4().hex, Status.RUNNING
        return self.run_id

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Append each number to its metric."""
        self._check_running()
        for key, value in finite(step, metrics).items():
            self.metrics.setdefault(key, []).append((step, value))
        self.last_step = max(self.last_step, step)

    def artifact(self, path: Path, folder: str = "") -> None:
        """Keep the file's content as it is now."""
        self._check_running()
        place = f"{folder}/{path.name}" if folder else path.name
        self.artifacts[place] = path
        self.files[place] = path.read_bytes()

    def end(
        self, status: Status, error: str | None = None, summary: Mapping[str, float] | None = None
    ) -> None:
        """Keep status, error and summary."""
        if self.status not in (None, Status.RUNNING):
            return
        self._check_running()
        numbers = dict(summary or {})
        bad = {key: numbers.pop(key) for key in non_finite(numbers)}
        self.summary = finite(self.last_step, numbers)
        self.log(self.last_step, self.summary)
        self.status, self.error = status, error
        finite(self.last_step, bad)

    def where(self) -> str | None:
        """Return None: there is nothing outside this object."""
        return None

    def _check_running(self) -> None:
        if self.status != Status.RUNNING:
            raise TrackingError("This record is not open: call start() first, and end() last.")


class NullTracker:
    """A tracker that keeps nothing and still refuses what no record takes."""

    def start(self, info: RunInfo) -> str:  # noqa: ARG002 - the protocol's signature
        """Return a fresh id."""
        return uuid.uuid4().hex

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Check the numbers."""
        finite(step, metrics)

    def artifact(self, path: Path, folder: str = "") -> None:
        """Do nothing."""

    def end(
        self,
        status: Status,  # noqa: ARG002 - the protocol's signature
        error: str | None = None,  # noqa: ARG002 - idem
        summary: Mapping[str, float] | None = None,
    ) -> None:
        """Check the summary."""
        finite(0, summary or {})

    def where(self) -> str | None:
        """Return None."""
        return None
