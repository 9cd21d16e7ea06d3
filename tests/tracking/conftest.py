"""One real SQLite store for all tests (making one costs a second), and eyes to read it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from initlab.tracking import TrackingSpec, prepare


class Record:
    """Reads a store by plain SQL, so that MLflow does not vouch for itself."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def ask(self, query, *values):
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(query, values).fetchall()

    def run(self, run_id):
        columns = "name, status, experiment_id, start_time, end_time, artifact_uri"
        rows = self.ask(f"select {columns} from runs where run_uuid = ?", run_id)
        return dict(zip(columns.split(", "), rows[0], strict=True))

    def pairs(self, table, run_id):
        return dict(self.ask(f"select key, value from {table} where run_uuid = ?", run_id))

    def metric(self, run_id, key):
        query = "select step, value from metrics where run_uuid = ? and key = ? order by step"
        return self.ask(query, run_id, key)


@pytest.fixture(scope="session")
def store(tmp_path_factory):
    folder = tmp_path_factory.mktemp("a store with spaces")
    spec = TrackingSpec(uri=f"sqlite:///{folder}/mlflow.db").resolved()
    prepare(spec)
    return spec


@pytest.fixture
def record(store):
    return Record(Path(store.uri.removeprefix("sqlite:///")))
