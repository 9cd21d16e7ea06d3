"""What a tracker is: four verbs and the values that they take."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DatasetInfo", "RunInfo", "Status", "Tracker"]


class Status(StrEnum):
    """How a run stands, in MLflow's words; a run that diverged is FINISHED: it is a result."""

    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    KILLED = "KILLED"


@dataclass(frozen=True)
class DatasetInfo:
    """The data set that a run used: a name, a short digest and where it comes from.

    `digest` has at most 36 characters; `profile` holds a few facts to show (rows, classes).
    """

    name: str
    digest: str
    source: str = ""
    profile: Mapping[str, int | float | str] = field(default_factory=dict)


@dataclass(frozen=True)
class RunInfo:
    """What is known of a run before it starts.

    Args:
        name: shown in lists; always given, since MLflow draws missing names from `random`.
        params: the config, flat: "model.depth" -> "8".
        tags: what runs are grouped by: initializer, sweep, plugin versions.
        dataset: recorded as the run's input.
        directory: the run's own folder; the journal is kept there.
    """

    name: str
    params: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    dataset: DatasetInfo | None = None
    directory: Path = Path()


class Tracker(Protocol):
    """Where the record of one run goes.

    `start`, then `log` and `artifact` as often as wanted, then `end`. A second `end` does nothing.
    """

    def start(self, info: RunInfo) -> str:
        """Open the record and return the run's id.

        Raises:
            TrackingError: when the place cannot be used.
            BadValueError: when a param or tag has a name that a record cannot hold.
        """

    def log(self, step: int, metrics: Mapping[str, float]) -> None:
        """Record finite numbers at a step.

        Raises:
            BadValueError: for a value that is not finite or a name that a record cannot hold.
            TrackingError: before `start` or after `end`.
        """

    def artifact(self, path: Path, folder: str = "") -> None:
        """Keep a copy of a finished file, under `folder` of the run's artifacts."""

    def end(
        self, status: Status, error: str | None = None, summary: Mapping[str, float] | None = None
    ) -> None:
        """Write all that is held back, the summary as metrics of the last step, and the status.

        Raises:
            BadValueError: for a summary value that is not finite, after the rest is written.
            TrackingError: when the place is gone; the message says where the journal lies.
        """

    def where(self) -> str | None:
        """Return the line to type to see the run, or None where there is nothing to see."""
