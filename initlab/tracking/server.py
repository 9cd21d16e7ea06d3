"""Whether a tracking server answers at all, found out within seconds."""

from __future__ import annotations

import socket
import ssl
from http.client import HTTPException
from time import monotonic, sleep
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from initlab.errors import TrackingError

__all__ = ["check_reachable", "without_password"]

PAUSE = 1.0  # seconds between two questions
_PORTS = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}


def check_reachable(uri: str, timeout: float = 3.0, patience: float = 0.0) -> None:
    """Ask the server for a sign of life, again and again while patience lasts.

    MLflow itself would try for minutes.

    Args:
        uri: "http://host:port", "postgresql://user@host/database".
        timeout: seconds to wait for one answer.
        patience: seconds to go on asking.

    Raises:
        TrackingError: when nobody answers.
    """
    until = monotonic() + patience
    while True:
        try:
            return _ask(uri, timeout)
        except TrackingError:
            if monotonic() >= until:
                raise
            sleep(PAUSE)


def _ask(uri: str, timeout: float) -> None:
    try:
        if urlsplit(uri).scheme in ("http", "https"):
            _ask_health(uri, timeout)
        else:
            _connect(uri, timeout)
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        raise TrackingError(
            f"No tracking server answers at {without_password(uri)} "
            f"({getattr(reason, 'strerror', None) or reason}). Start it, correct tracking.uri, or "
            "record into a local file with tracking.uri=null."
        ) from error


def _ask_health(uri: str, timeout: float) -> None:
    request = Request(f"{uri.rstrip('/')}/health")  # noqa: S310 - http and https only
    try:
        urlopen(request, timeout=timeout).close()  # noqa: S310 - idem
    except HTTPError as answer:  # any answer is a sign of life
        answer.close()
    except URLError as error:
        if not isinstance(error.reason, ssl.SSLError):  # MLflow has its own certificates
            raise


def _connect(uri: str, timeout: float) -> None:
    parts = urlsplit(uri)
    port = parts.port or _PORTS[parts.scheme.partition("+")[0]]
    socket.create_connection((parts.hostname or "", port), timeout=timeout).close()


def without_password(uri: str) -> str:
    """Return the address fit to be shown.

    >>> without_password("postgresql://me:secret@db/runs")
    'postgresql://me:***@db/runs'
    """
    password = urlsplit(uri).password
    return uri.replace(f":{password}@", ":***@", 1) if password else uri
