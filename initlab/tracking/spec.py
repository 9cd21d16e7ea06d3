"""Where the record goes, as a value: which tracker, which store, which experiment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from initlab.errors import BadValueError, TrackingError, UnknownNameError

__all__ = ["Backend", "TrackingSpec", "sqlite_file"]

_SERVERS = ("http", "https", "postgresql", "mysql", "mssql")


class Backend(StrEnum):
    """The kinds of record that there are."""

    mlflow = "mlflow"
    memory = "memory"
    none = "none"


@dataclass(frozen=True)
class TrackingSpec:
    """Which tracker records a run, and where.

    Args:
        name: mlflow, memory or none.
        uri: MLflow's store, "sqlite:////abs/mlflow.db", "postgresql://..." or "http://..."; None
            is `mlflow.db` in the working directory.
        artifacts: folder or URI for artifacts; None is `mlartifacts` beside the database, or what
            the server says.
        experiment: MLflow's name for the drawer that runs are put in.
        budget: share of the run's time that writing metrics to MLflow may take, in (0, 1].

    Raises:
        UnknownNameError: for another name.
        BadValueError: for a budget outside (0, 1] or an empty experiment.

    >>> TrackingSpec(name="none").name
    <Backend.none: 'none'>
    """

    name: Backend | str = Backend.mlflow
    uri: str | None = None
    artifacts: str | None = None
    experiment: str = "initlab"
    budget: float = 0.03

    def __post_init__(self) -> None:
        known = [backend.value for backend in Backend]
        if self.name not in known:
            raise UnknownNameError("tracking", str(self.name), known)
        object.__setattr__(self, "name", Backend(self.name))
        if not 0 < self.budget <= 1:
            raise BadValueError(
                f"tracking.budget is {self.budget}, but it is the share of a run's time spent on "
                "writing metrics: above 0, at most 1. The default is 0.03."
            )
        if not self.experiment.strip():
            raise BadValueError("tracking.experiment is empty. Give it a name: initlab.")

    def resolved(self) -> TrackingSpec:
        """Return the same with every path absolute, so that it means the same in any process.

        Raises:
            TrackingError: for a URI that names no store that can be used.
        """
        if self.name != Backend.mlflow:
            return self
        file = sqlite_file(self.uri)
        uri = self.uri if file is None else f"sqlite:///{file.as_posix()}"
        artifacts = self.artifacts
        if artifacts is not None and "://" not in artifacts:
            artifacts = Path(artifacts).expanduser().absolute().as_uri()
        return replace(self, uri=uri, artifacts=artifacts)


def sqlite_file(uri: str | None) -> Path | None:
    """Return the absolute path of an SQLite store's file, or None for a server's address.

    Raises:
        TrackingError: for a URI that is neither.

    >>> sqlite_file("sqlite:////tmp/mlflow.db").as_posix()
    '/tmp/mlflow.db'
    """
    if uri is None:
        return Path("mlflow.db").absolute()
    scheme = urlsplit(uri).scheme.partition("+")[0]
    if scheme == "sqlite":
        return _file_of(uri)
    if scheme in _SERVERS and urlsplit(uri).hostname:
        return None
    raise TrackingError(
        f"tracking.uri={uri!r} names no store that can be used: MLflow takes no folders any more. "
        "Write sqlite:////absolute/mlflow.db, postgresql://host/database or http://host:port."
    )


def _file_of(uri: str) -> Path:
    text = uri.partition("///")[2]
    if not text or "?" in text or "#" in text or text == ":memory:":
        raise TrackingError(
            f"tracking.uri={uri!r} names no file. "
            "Write sqlite:////absolute/mlflow.db, without '?' and '#'."
        )
    return Path(text).expanduser().absolute()
