"""An experiment of a store, by its id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initlab.errors import TrackingError
from initlab.tracking.mlflow.artifacts import check_artifacts
from initlab.tracking.mlflow.run import StoredRun, fitted

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from initlab.tracking.mlflow.store import Store
    from initlab.tracking.spec import TrackingSpec

__all__ = ["Experiment", "find_experiment", "make_experiment"]

_RUNS_PER_CALL = 1000


@dataclass(frozen=True)
class Experiment:
    """An experiment by its id; every verb raises a TrackingError when the store does not do it."""

    store: Store
    id: str

    def start_run(self, name: str, tags: Mapping[str, str]) -> StoredRun:
        """Start a run."""
        with self.store.writing("start a run"):
            run = self.store.client.create_run(self.id, run_name=name, tags=fitted(tags))
        return StoredRun(self.store, run.info.run_id, run.info.artifact_uri)

    def tag(self, key: str, text: str) -> None:
        """Write a tag of the experiment itself."""
        with self.store.writing("write a tag of the experiment"):
            self.store.client.set_experiment_tag(self.id, key, text)

    def search(self, condition: str, limit: int | None) -> Iterator[Any]:
        """Yield MLflow's runs that meet a condition, the newest first."""
        token, left = None, limit
        while left is None or left > 0:
            with self.store.speaking("search"):
                page = self.store.client.search_runs(
                    [self.id],
                    condition,
                    max_results=min(_RUNS_PER_CALL, left or _RUNS_PER_CALL),
                    order_by=["attributes.start_time DESC"],
                    page_token=token,
                )
            yield from page
            token = page.token
            left = None if left is None else left - len(page)
            if not token:
                return


def find_experiment(store: Store, name: str) -> Experiment:
    """Return an experiment that is there.

    Raises:
        TrackingError: when it isn't.
    """
    with store.speaking("find the experiment"):
        found = store.client.get_experiment_by_name(name)
    if found is None:
        raise TrackingError(
            f"There is no experiment {name!r} in {store.shown}: nothing was recorded there yet. "
            "Name another one with tracking.experiment, or another place with tracking.uri."
        )
    return Experiment(store, str(found.experiment_id))


def make_experiment(store: Store, spec: TrackingSpec) -> Experiment:
    """Return the spec's experiment, made if need be.

    Raises:
        TrackingError: when it is deleted, or keeps its artifacts where they cannot be kept.
    """
    place = spec.artifacts or (store.file and (store.file.parent / "mlartifacts").as_uri()) or None
    with store.writing("find the experiment"):
        found = store.client.get_experiment_by_name(spec.experiment)
        if found is None:
            found = _make(store, spec.experiment, place)
    if found.lifecycle_stage != "active":
        raise TrackingError(
            f"The experiment {spec.experiment!r} in {store.shown} is deleted. Restore it with "
            f"mlflow experiments restore -x {found.experiment_id}, or name another one with "
            "tracking.experiment."
        )
    check_artifacts(store, spec, found.artifact_location, place)
    return Experiment(store, str(found.experiment_id))


def _make(store: Store, name: str, place: str | None) -> Any:
    from mlflow.exceptions import MlflowException

    try:
        store.client.create_experiment(name, artifact_location=place)
    except MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another process was first
            raise
    return store.client.get_experiment_by_name(name)
