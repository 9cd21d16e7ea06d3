"""From a TrackingSpec to a tracker, and the preparation that comes before any worker starts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.tracking.memory import MemoryTracker, NullTracker
from initlab.tracking.mlflow import Store, make_experiment
from initlab.tracking.recorder import MlflowTracker
from initlab.tracking.spec import Backend, TrackingSpec

if TYPE_CHECKING:
    from initlab.tracking.tracker import Tracker

__all__ = ["make_tracker", "prepare"]


def prepare(spec: TrackingSpec) -> str | None:
    """Make the store and the experiment, and return the experiment's id; None without MLflow.

    To be called once, before workers start: many processes that make one database lose runs.

    Raises:
        TrackingError: when the place cannot be used; the message has the way out.
    """
    if spec.name != Backend.mlflow:
        return None
    spec = spec.resolved()
    return make_experiment(Store(spec, make=True), spec).id


def make_tracker(
    spec: TrackingSpec, experiment: str | None = None, *, patience: float = 0.0
) -> Tracker:
    """Return the tracker that the spec names.

    Args:
        spec: where the record goes.
        experiment: the id from `prepare`; without it store and experiment are prepared here.
        patience: for how many seconds to wait for a server that is away.

    Raises:
        TrackingError: when the place cannot be used.

    >>> make_tracker(TrackingSpec(name="memory")).where() is None
    True
    """
    if spec.name == Backend.none:
        return NullTracker()
    if spec.name == Backend.memory:
        return MemoryTracker()
    return MlflowTracker(spec.resolved(), experiment, patience=patience)
