"""Whose process a run is, and whether that process still lives."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["is_alive", "process_tags"]

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_STARTED = 19  # of the fields behind the command's name in /proc/PID/stat: ticks since the boot


def process_tags() -> dict[str, str]:
    """Return host, boot, pid and start of this process: together they are no other process's."""
    pid = str(os.getpid())
    return {
        "initlab.host": socket.gethostname(),
        "initlab.boot": _boot(),
        "initlab.pid": pid,
        "initlab.born": _born(pid),
    }


def is_alive(tags: Mapping[str, str]) -> bool | None:
    """Return whether the process that `process_tags` described lives; None if it can't be known.

    It can't for another host, or for tags without the four.

    >>> is_alive(process_tags())
    True
    >>> is_alive({**process_tags(), "initlab.born": "1"})
    False
    >>> is_alive({**process_tags(), "initlab.host": "elsewhere"}) is None
    True
    """
    host, boot, pid, born = (
        tags.get(f"initlab.{name}", "") for name in ("host", "boot", "pid", "born")
    )
    if host != socket.gethostname() or not (boot and pid and born):
        return None
    return boot == _boot() and born == _born(pid)


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


def _born(pid: str) -> str:
    """Return when a process started, in ticks since the boot; nothing for one that is gone."""
    try:
        behind_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if behind_name[0] == "Z" else behind_name[_STARTED]
