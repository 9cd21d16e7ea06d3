"""What became of a job, as a small file in its directory that any process can read."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from math import inf
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Outcome", "State"]

FILE = "outcome.json"


class State(StrEnum):
    """How a job stands; a diverged one is finished: it is a result."""

    running = "running"
    finished = "finished"
    diverged = "diverged"
    failed = "failed"
    killed = "killed"
    elsewhere = "elsewhere"


@dataclass(frozen=True)
class Outcome:
    """A job's state, and what it came to.

    Args:
        label: of its RunSpec.
        state: how it stands.
        reason: of a failure.
        seconds: of the run's own work.
        where: the line to type to see the record.
        recorded: whether an earlier command had finished it.
        summary: the numbers that runs are ranked by.
    """

    label: str
    state: State
    reason: str = ""
    seconds: float = 0.0
    where: str | None = None
    recorded: bool = False
    summary: Mapping[str, float] = field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> Self | None:
        """Return the outcome that stands in a job's directory, or None."""
        try:
            found = json.loads((directory / FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return cls(**{**found, "state": State(found["state"])})

    def write(self, directory: Path) -> None:
        """Put it in the place of the former one, whole.

        Raises:
            OSError: when the directory cannot be written.
        """
        directory.mkdir(parents=True, exist_ok=True)
        aside = directory / f".{FILE}.{os.getpid()}"
        aside.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        aside.replace(directory / FILE)

    @property
    def over(self) -> bool:
        """Whether this command has nothing more to do for the job."""
        return self.state not in (State.running, State.killed)

    @property
    def loss(self) -> float:
        """The final test loss, infinite for a job without one."""
        ended = self.state is State.finished
        return self.summary.get("loss", inf) if ended else inf
