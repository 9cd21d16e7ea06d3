"""MLflow itself, imported late: it neither reports home, nor advertises, nor waits for minutes."""

from __future__ import annotations

import os
import warnings
from functools import cache
from pathlib import Path
from typing import Any

from initlab.tracking.quiet import paused_collector, quiet
from initlab.tracking.sqlite import revisions

__all__ = ["build", "import_mlflow", "known_revisions", "load_mlflow", "open_client", "version"]

_SETTINGS = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
}
_LOG_PAGES = 8000  # of 4 kB in SQLite's log before it goes into the file: some fifty runs


def load_mlflow() -> None:
    """Import all of MLflow that a store in a file needs; processes forked later have it."""
    with paused_collector():
        import_mlflow()
        import mlflow.store.tracking.sqlalchemy_store  # noqa: F401 - for the processes


def import_mlflow() -> None:
    """Import what every store needs, under our settings where the user has none."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its dependencies' deprecations are not the user's
        import mlflow
        import mlflow.entities  # noqa: F401 - MLflow imports it late


def open_client(uri: str) -> Any:
    """Return MLflow's low-level client: no active run, nothing global."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=uri)
    if uri.startswith("sqlite:"):
        _hurry(client._tracking_client.store)  # noqa: SLF001 - no public way to its connections
    return client


def _hurry(store: Any) -> None:
    """Let SQLite go on without waiting for the disk at each of a run's dozen transactions."""
    from sqlalchemy import event

    if not event.contains(store.engine, "connect", _unhindered):
        event.listen(store.engine, "connect", _unhindered)
        store._dispose_engine()  # noqa: SLF001 - the connection that it has was made without


def _unhindered(connection: Any, _: object) -> None:
    """Wait for the disk when the log is put into the file, which then is whole after a power cut.

    That may take the last runs' rows, which their journals have; no process's death does.
    """
    (mode,) = connection.execute("pragma journal_mode").fetchone()
    if mode == "wal":
        connection.execute("pragma synchronous=normal")
        connection.execute(f"pragma wal_autocheckpoint={_LOG_PAGES}")


def build(draft: Path) -> None:
    """Let MLflow make a new store in a file, then let go of it."""
    with quiet():
        client = open_client(f"sqlite:///{draft.as_posix()}")
        client._tracking_client.store._dispose_engine()  # noqa: SLF001 - no public way to close


@cache
def known_revisions() -> tuple[set[str], set[str]]:
    """Return the schema revisions that the installed MLflow knows: (all, the newest ones)."""
    import mlflow

    return revisions(Path(mlflow.__file__).parent / "store" / "db_migrations" / "versions")


def version() -> str:
    """Return the installed MLflow's version."""
    import mlflow

    return str(mlflow.__version__)
