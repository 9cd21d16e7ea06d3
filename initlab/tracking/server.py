"""Whether a tracking server answers at all, found out within seconds."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from initlab.errors import TrackingError

__all__ = ["check_reachable", "without_password"]

_PORTS = {"http": 80, "https": 443, "postgresql": 5432, "mysql": 3306, "mssql": 1433}


def check_reachable(uri: str, timeout: float = 3.0) -> None:
    """Connect to the server and hang up.

    MLflow itself would try for minutes. A server behind a proxy is taken on trust.

    Args:
        uri: "http://host:port", "postgresql://user@host/database".
        timeout: seconds.

    Raises:
        TrackingError: when nobody answers.
    """
    parts = urlsplit(uri)
    scheme, host = parts.scheme.partition("+")[0], parts.hostname or ""
    port = parts.port or _PORTS[scheme]
    if scheme in getproxies() and not proxy_bypass(host):
        return
    try:
        socket.create_connection((host, port), timeout=timeout).close()
    except OSError as error:
        raise TrackingError(
            f"No tracking server answers at {without_password(uri)} "
            f"({error.strerror or error}). Start it, correct tracking.uri, or record into a local "
            "file with tracking.uri=null."
        ) from error


def without_password(uri: str) -> str:
    """Return the address fit to be shown.

    >>> without_password("postgresql://me:secret@db/runs")
    'postgresql://me:***@db/runs'
    """
    password = urlsplit(uri).password
    return uri.replace(f":{password}@", ":***@", 1) if password else uri
