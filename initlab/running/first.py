"""The first numbers of a run, told again without recording it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from initlab.running.events import Scored, Stepped
from initlab.running.life import live
from initlab.running.record import Recorder
from initlab.tracking import MemoryTracker

if TYPE_CHECKING:
    from initlab.config import RunSpec

__all__ = ["first_metrics"]


def first_metrics(spec: RunSpec) -> tuple[int, dict[tuple[str, int], float]]:
    """Live a run up to its first score, or to where it diverged; return steps and numbers.

    The numbers are those that a record of the run begins with, by metric and step.
    """
    tracker, reached = MemoryTracker(), 0
    with TemporaryDirectory(prefix="initlab-") as folder:
        recorder = Recorder(spec, tracker, Path(folder), {}, spec.label)
        for event in live(spec):
            recorder.take(event)
            if isinstance(event, Stepped):
                reached = event.step.number + 1
            if isinstance(event, Scored):
                break
    points = tracker.metrics.items()
    return reached, {(name, step): value for name, found in points for step, value in found}
