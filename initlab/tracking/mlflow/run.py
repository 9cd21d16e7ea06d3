"""One run, as it stands in the store."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from initlab.tracking.mlflow.artifacts import local_folder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initlab.tracking.buffer import Row
    from initlab.tracking.mlflow.store import Store
    from initlab.tracking.tracker import DatasetInfo, Status

__all__ = ["StoredRun", "fitted"]

_PARAMS_PER_CALL, _ROWS_PER_CALL = 100, 1000
_PARAM_LENGTH, _TAG_LENGTH = 6000, 8000


@dataclass(frozen=True)
class StoredRun:
    """A run by its id; every verb raises a TrackingError when the store does not do it.

    `artifacts` is the URI of where its artifacts lie; those on this machine are read and written
    as plain files.
    """

    store: Store
    id: str
    artifacts: str

    def log_params(self, params: Mapping[str, str]) -> None:
        """Write the params, each cut to what MLflow holds."""
        from mlflow.entities import Param

        rows = [Param(key, _cut(str(value), _PARAM_LENGTH)) for key, value in params.items()]
        with self.store.writing("write params"):
            for start in range(0, len(rows), _PARAMS_PER_CALL):
                some = rows[start : start + _PARAMS_PER_CALL]
                self.store.client.log_batch(self.id, params=some)

    def log_rows(self, rows: Sequence[Row]) -> None:
        """Write metrics; rows sorted by key go fastest."""
        from mlflow.entities import Metric

        metrics = [Metric(row.key, row.value, row.time, row.step) for row in rows]
        with self.store.writing("write metrics"):
            for start in range(0, len(metrics), _ROWS_PER_CALL):
                some = metrics[start : start + _ROWS_PER_CALL]
                self.store.client.log_batch(self.id, metrics=some)

    def log_tags(self, tags: Mapping[str, str]) -> None:
        """Write tags, each cut to what MLflow holds."""
        from mlflow.entities import RunTag

        rows = [RunTag(key, value) for key, value in fitted(tags).items()]
        with self.store.writing("write tags"):
            self.store.client.log_batch(self.id, tags=rows)

    def log_dataset(self, data: DatasetInfo) -> None:
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
        with self.store.writing("write the data set"):
            self.store.client.log_inputs(self.id, datasets=[DatasetInput(dataset, tags)])

    def log_artifact(self, path: Path, folder: str) -> None:
        """Keep a copy of the file under that folder of the artifacts."""
        local, what = local_folder(self.artifacts), f"keep the artifact {path.name}"
        if local is None:
            with self.store.speaking(what):
                self.store.client.log_artifact(self.id, str(path), folder or None)
            return
        with self.store.telling(what):
            (local / folder).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, local / folder / path.name)

    def terminate(self, status: Status) -> None:
        """Write the run's status and end time."""
        with self.store.writing("end the run"):
            self.store.client.set_terminated(self.id, status.value)

    def curve(self, metric: str) -> list[tuple[int, float]]:
        """Return a metric's (step, value) pairs in the order of the steps."""
        with self.store.speaking(f"read the metric {metric}"):
            points = self.store.client.get_metric_history(self.id, metric)
        return sorted((point.step, point.value) for point in points)

    def fetch_artifact(self, place: str, folder: Path) -> Path | None:
        """Return the file of an artifact, loaded into `folder` where it is far; None without."""
        local = local_folder(self.artifacts)
        if local is not None:
            return local / place if (local / place).is_file() else None
        head = place.rpartition("/")[0]
        with self.store.speaking(f"fetch the artifact {place}"):
            listed = self.store.client.list_artifacts(self.id, head or None)
            if place not in {file.path for file in listed}:
                return None
            return Path(self.store.client.download_artifacts(self.id, place, str(folder)))


def fitted(tags: Mapping[str, str]) -> dict[str, str]:
    """Return the tags, each cut to what MLflow holds."""
    return {key: _cut(value, _TAG_LENGTH) for key, value in tags.items()}


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"
