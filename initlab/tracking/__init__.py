"""Where the record of a run goes: MLflow with a journal, memory, or nowhere."""

from initlab.tracking.choose import EXPERIMENT_VARIABLE, make_tracker, prepare
from initlab.tracking.environment import environment_tags
from initlab.tracking.journal import Journal, read_journal
from initlab.tracking.memory import MemoryTracker, NullTracker
from initlab.tracking.recorder import MlflowTracker
from initlab.tracking.spec import Backend, TrackingSpec
from initlab.tracking.tracker import DatasetInfo, RunInfo, Status, Tracker

__all__ = [
    "EXPERIMENT_VARIABLE",
    "Backend",
    "DatasetInfo",
    "Journal",
    "MemoryTracker",
    "MlflowTracker",
    "NullTracker",
    "RunInfo",
    "Status",
    "Tracker",
    "TrackingSpec",
    "environment_tags",
    "make_tracker",
    "prepare",
    "read_journal",
]
