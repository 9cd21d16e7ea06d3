"""Where an experiment keeps its artifacts: its folder is there, and is the one asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from initlab.errors import TrackingError

if TYPE_CHECKING:
    from initlab.tracking.mlflow.store import Store
    from initlab.tracking.spec import TrackingSpec

__all__ = ["check_artifacts", "local_folder"]


def check_artifacts(store: Store, spec: TrackingSpec, location: str, place: str | None) -> None:
    """Make the folder of an experiment's artifacts if that is missing and may be made.

    Args:
        store: the experiment's.
        spec: names the experiment, and where its artifacts should be.
        location: where MLflow says that they are.
        place: where a new experiment of that spec would have them.

    Raises:
        TrackingError: when they are elsewhere, or in a folder that is gone.
    """
    if spec.artifacts is not None and location.rstrip("/") != spec.artifacts.rstrip("/"):
        raise TrackingError(
            f"The experiment {spec.experiment!r} in {store.shown} keeps its artifacts in "
            f"{location}, not in {spec.artifacts}, and MLflow cannot change that. Leave "
            "tracking.artifacts out, or name another tracking.experiment."
        )
    folder = local_folder(location)
    if folder is None or folder.is_dir():
        return
    if location != place:
        raise TrackingError(
            f"The experiment {spec.experiment!r} in {store.shown} keeps its artifacts in "
            f"{folder}, which is gone (was the record moved?). Put the folder back, or name "
            "another tracking.experiment."
        )
    with store.speaking("make the folder for artifacts"):
        folder.mkdir(parents=True)


def local_folder(uri: str) -> Path | None:
    """Return the folder that an artifact URI names on this machine, or None.

    >>> local_folder("file:///my%20runs/artifacts").as_posix()
    '/my runs/artifacts'
    >>> local_folder("mlflow-artifacts:/1/2") is None
    True
    """
    parts = urlsplit(uri)
    if parts.scheme == "file":
        return Path(url2pathname(parts.path))
    return None if "://" in uri or ":/" in uri else Path(uri)
