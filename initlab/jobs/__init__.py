"""The jobs of a command: one run, or a sweep that survives its failures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.jobs.outcome import Outcome, State
    from initlab.jobs.picture import share_pictures
    from initlab.jobs.progress import Progress, describe
    from initlab.jobs.summary import conclude
    from initlab.jobs.sweep import run_sweep
    from initlab.jobs.task import SweepTask, run_job
    from initlab.jobs.workers import warm_early
else:
    on_demand(__name__)

__all__ = [
    "Outcome",
    "Progress",
    "State",
    "SweepTask",
    "conclude",
    "describe",
    "run_job",
    "run_sweep",
    "share_pictures",
    "warm_early",
]
