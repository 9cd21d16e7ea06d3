"""The only file that imports MLflow: a store opened quietly, through its low-level client."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import warnings
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

from initlab.errors import InitlabError, TrackingError
from initlab.tracking.quiet import paused_collector, quiet
from initlab.tracking.server import check_reachable, without_password
from initlab.tracking.spec import TrackingSpec, sqlite_file
from initlab.tracking.sqlite import check_file, make_file, revisions, turn

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from initlab.tracking.buffer import Row
    from initlab.tracking.tracker import DatasetInfo, Status

__all__ = ["Store", "load_mlflow"]

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}
_PARAMS_PER_CALL, _ROWS_PER_CALL, _RUNS_PER_CALL = 100, 1000, 1000
_PARAM_LENGTH, _TAG_LENGTH = 6000, 8000


class Store:
    """An open MLflow store.

    Args:
        spec: a resolved TrackingSpec.
        make: make the SQLite file when it is missing. Only one process of a sweep should, before
            the others start; it stays whole even if all do.
        patience: for how many seconds `wait` and the opening wait for a server that is away.

    Raises:
        TrackingError: when the store cannot be reached, read or written; the message has the way
            out.
    """

    def __init__(self, spec: TrackingSpec, *, make: bool = False, patience: float = 0.0) -> None:
        self.uri, self.patience = str(spec.uri), patience
        self.shown = without_password(self.uri)
        self.file = sqlite_file(self.uri)
        self._in_turn = False
        self.wait()
        if self.file is not None and not (self.file.exists() or make):
            raise TrackingError(
                f"There is no record at {self.file}. Make it first, once for all processes: "
                "initlab.tracking.prepare(spec)."
            )
        with paused_collector():
            _import_mlflow()
            if self.file is not None and not self.file.exists():
                make_file(self.file, _build)
            elif self.file is not None:
                check_file(self.file, _known_revisions)
            self._client = self._open()

    def wait(self) -> None:
        """Return when the server answers, at once for a file.

        Raises:
            TrackingError: when patience is at its end.
        """
        if self.file is None:
            check_reachable(self.uri, patience=self.patience)

    def experiment(self, spec: TrackingSpec) -> str:
        """Return the id of the experiment, made if need be.

        Raises:
            TrackingError: when it is deleted, or keeps its artifacts where they cannot be kept.
        """
        place = spec.artifacts or (self.file and (self.file.parent / "mlartifacts").as_uri())
        with self._writing("find the experiment"):
            found = self._client.get_experiment_by_name(spec.experiment)
            if found is None:
                found = self._make_experiment(spec.experiment, place or None)
        if found.lifecycle_stage != "active":
            raise TrackingError(
                f"The experiment {spec.experiment!r} in {self.shown} is deleted. Restore it with "
                f"mlflow experiments restore -x {found.experiment_id}, or name another one with "
                "tracking.experiment."
            )
        self._check_artifacts(spec, found.artifact_location, place or None)
        return str(found.experiment_id)

    def find_experiment(self, name: str) -> str:
        """Return the id of an experiment that is there.

        Raises:
            TrackingError: when it isn't.
        """
        with self._speaking("find the experiment"):
            found = self._client.get_experiment_by_name(name)
        if found is None:
            raise TrackingError(
                f"There is no experiment {name!r} in {self.shown}: nothing was recorded there yet. "
                "Name another one with tracking.experiment, or another place with tracking.uri."
            )
        return str(found.experiment_id)

    def create_run(self, experiment: str, name: str, tags: Mapping[str, str]) -> tuple[str, str]:
        """Start a run and return its id and the URI of its artifacts."""
        with self._writing("start a run"):
            cut = {key: _cut(value, _TAG_LENGTH) for key, value in tags.items()}
            run = self._client.create_run(experiment, run_name=name, tags=cut)
        return run.info.run_id, run.info.artifact_uri

    def tag_experiment(self, experiment: str, key: str, text: str) -> None:
        """Write a tag of the experiment itself."""
        with self._writing("write a tag of the experiment"):
            self._client.set_experiment_tag(experiment, key, text)

    def experiment_tags(self, experiment: str) -> Mapping[str, str]:
        """Return the tags of the experiment itself."""
        with self._speaking("read the experiment"):
            tags: Mapping[str, str] = self._client.get_experiment(experiment).tags
        return tags

    @property
    def version(self) -> str:
        """The installed MLflow's."""
        import mlflow

        return str(mlflow.__version__)

    def page(self, place: str) -> str:
        """Return the line that starts MLflow's pages, where they need one, and a page's address."""
        if self.uri.startswith("http"):
            return f"{self.shown.rstrip('/')}/{place}"
        line = shlex.join(["mlflow", "ui", "--backend-store-uri", self.shown])
        return f"{line}\nhttp://127.0.0.1:5000/{place}"

    def log_params(self, run_id: str, params: Mapping[str, str]) -> None:
        """Write the params, each cut to what MLflow holds."""
        from mlflow.entities import Param

        rows = [Param(key, _cut(str(value), _PARAM_LENGTH)) for key, value in params.items()]
        with self._writing("write params"):
            for start in range(0, len(rows), _PARAMS_PER_CALL):
                self._client.log_batch(run_id, params=rows[start : start + _PARAMS_PER_CALL])

    def log_rows(self, run_id: str, rows: Sequence[Row]) -> None:
        """Write metrics; rows sorted by key go fastest."""
        from mlflow.entities import Metric

        metrics = [Metric(row.key, row.value, row.time, row.step) for row in rows]
        with self._writing("write metrics"):
            for start in range(0, len(metrics), _ROWS_PER_CALL):
                self._client.log_batch(run_id, metrics=metrics[start : start + _ROWS_PER_CALL])

    def log_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Write tags, each cut to what MLflow holds."""
        from mlflow.entities import RunTag

        rows = [RunTag(key, _cut(value, _TAG_LENGTH)) for key, value in tags.items()]
        with self._writing("write tags"):
            self._client.log_batch(run_id, tags=rows)

    def log_dataset(self, run_id: str, data: DatasetInfo) -> None:
        """Write the data set as an input of the run."""
        from mlflow.entities import Dataset, DatasetInput, InputTag

        dataset = Dataset(
            name=data.name,
            digest=data.digest,
            source_type="local",
            source=json.dumps({"uri": data.source}),
            profile=json.dumps(dict(data.profile)),
        )
        tags = [InputTag("mlflow.data.context", "training")]
        with self._writing("write the data set"):
            self._client.log_inputs(run_id, datasets=[DatasetInput(dataset, tags)])

    def log_artifact(self, run_id: str, root: str, path: Path, folder: str) -> None:
        """Keep a copy of the file, by plain copying where the artifacts lie on this machine."""
        local = _local(root)
        with self._speaking(f"keep the artifact {path.name}"):
            if local is None:
                self._client.log_artifact(run_id, str(path), folder or None)
                return
            (local / folder).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, local / folder / path.name)

    def terminate(self, run_id: str, status: Status) -> None:
        """Write the run's status and end time."""
        with self._writing("end the run"):
            self._client.set_terminated(run_id, status.value)

    def search(self, experiment: str, condition: str, limit: int | None) -> Iterator[Any]:
        """Yield MLflow's runs that meet a condition, the newest first."""
        token, left = None, limit
        while left is None or left > 0:
            with self._speaking("search"):
                page = self._client.search_runs(
                    [experiment],
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

    def curve(self, run_id: str, metric: str) -> list[tuple[int, float]]:
        """Return a metric's (step, value) pairs in the order of the steps."""
        with self._speaking(f"read the metric {metric}"):
            points = self._client.get_metric_history(run_id, metric)
        return sorted((point.step, point.value) for point in points)

    def fetch_artifact(self, run_id: str, root: str, place: str, folder: Path) -> Path | None:
        """Return the file of an artifact, loaded into `folder` where it is far; None without."""
        local = _local(root)
        if local is not None:
            return local / place if (local / place).is_file() else None
        head = place.rpartition("/")[0]
        with self._speaking(f"fetch the artifact {place}"):
            names = {file.path for file in self._client.list_artifacts(run_id, head or None)}
            if place not in names:
                return None
            return Path(self._client.download_artifacts(run_id, place, str(folder)))

    def _open(self) -> Any:
        from mlflow import MlflowClient

        with self._speaking("open it"):
            return MlflowClient(tracking_uri=self.uri)

    def _make_experiment(self, name: str, place: str | None) -> Any:
        from mlflow.exceptions import MlflowException

        try:
            self._client.create_experiment(name, artifact_location=place)
        except MlflowException as error:
            if error.error_code != "RESOURCE_ALREADY_EXISTS":  # another process was first
                raise
        return self._client.get_experiment_by_name(name)

    def _check_artifacts(self, spec: TrackingSpec, location: str, place: str | None) -> None:
        if spec.artifacts is not None and location.rstrip("/") != spec.artifacts.rstrip("/"):
            raise TrackingError(
                f"The experiment {spec.experiment!r} in {self.shown} keeps its artifacts in "
                f"{location}, not in {spec.artifacts}, and MLflow cannot change that. Leave "
                "tracking.artifacts out, or name another tracking.experiment."
            )
        folder = _local(location)
        if folder is None or folder.is_dir():
            return
        if location != place:
            raise TrackingError(
                f"The experiment {spec.experiment!r} in {self.shown} keeps its artifacts in "
                f"{folder}, which is gone (was the record moved?). Put the folder back, or name "
                "another tracking.experiment."
            )
        with self._speaking("make the folder for artifacts"):
            folder.mkdir(parents=True)

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Write when it is this process's turn among those of one file, all of the block in one.

        Of two that write again and again, each in many turns, each waits for all of the other's.
        """
        if self.file is None or self._in_turn:
            yield
            return
        with turn(self.file):
            self._in_turn = True
            try:
                yield
            finally:
                self._in_turn = False

    @contextmanager
    def _writing(self, what: str) -> Iterator[None]:
        with self._speaking(what), self.in_turn():
            yield

    @contextmanager
    def _speaking(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong in here into one sentence, without MLflow's own noise."""
        try:
            with quiet():
                yield
        except InitlabError:
            raise
        except Exception as error:
            raise TrackingError(f"Cannot {what} in {self.shown}: {_reason(error)}") from error


def load_mlflow() -> None:
    """Import all of MLflow that a store in a file needs; processes forked later have it."""
    with paused_collector():
        _import_mlflow()
        import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - for the processes


def _import_mlflow() -> None:
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' deprecations are not the user's
        import mlflow
        import mlflow.entities  # noqa: F401 - MLflow imports it late


def _build(draft: Path) -> None:
    """Let MLflow make a new store, then let go of it."""
    from mlflow import MlflowClient

    with quiet():
        client = MlflowClient(tracking_uri=f"sqlite:///{draft.as_posix()}")
        client._tracking_client.store._dispose_engine()  # noqa: SLF001 - no public way to close


@cache
def _known_revisions() -> tuple[set[str], set[str]]:
    import mlflow

    return revisions(Path(mlflow.__file__).parent / "store" / "db_migrations" / "versions")


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    text = f"{lines[0] if lines else type(error).__name__}"
    if isinstance(error, ModuleNotFoundError) and error.name in ("psycopg", "psycopg2"):
        return f"{text}. Install the driver: pip install 'psycopg[binary]'."
    return text if text.endswith(".") else f"{text}."


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _local(uri: str) -> Path | None:
    """Return the folder that an artifact URI names on this machine, or None."""
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(url2pathname(parts.path))
    return None if "://" in uri or ":/" in uri else Path(uri)
