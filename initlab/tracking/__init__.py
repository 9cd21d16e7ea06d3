"""Where the record of a run goes: MLflow with a journal, memory, or nowhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.tracking.choose import make_tracker, prepare
    from initlab.tracking.environment import environment, environment_tags
    from initlab.tracking.journal import Journal, read_journal
    from initlab.tracking.memory import MemoryTracker, NullTracker
    from initlab.tracking.mlflow import load_mlflow
    from initlab.tracking.past import Past, PastRun
    from initlab.tracking.recorder import MlflowTracker
    from initlab.tracking.repair import close, repair
    from initlab.tracking.spec import Backend, TrackingSpec, sqlite_file
    from initlab.tracking.tracker import DatasetInfo, RunInfo, Status, Tracker
else:
    on_demand(__name__)

__all__ = [
    "Backend",
    "DatasetInfo",
    "Journal",
    "MemoryTracker",
    "MlflowTracker",
    "NullTracker",
    "Past",
    "PastRun",
    "RunInfo",
    "Status",
    "Tracker",
    "TrackingSpec",
    "close",
    "environment",
    "environment_tags",
    "load_mlflow",
    "make_tracker",
    "prepare",
    "read_journal",
    "repair",
    "sqlite_file",
]
