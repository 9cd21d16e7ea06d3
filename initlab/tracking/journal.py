"""A run's journal: one JSON object a line, written at once, so that a kill loses nothing."""

from __future__ import annotations

import gzip
import json
import time
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from initlab.errors import TrackingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import FileIO
    from pathlib import Path

__all__ = ["Journal", "curves_of", "packed", "read_journal"]

_encode = json.JSONEncoder(allow_nan=False, separators=(",", ":")).encode


class Journal:
    """An append-only file of events; each line holds `event`, `time` (ms since 1970) and more.

    Nothing is buffered in the process: what `append` returned from survives `kill -9`. A file that
    ends in a cut line is continued on a new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: FileIO | None = None

    def append(self, event: str, **facts: Any) -> int:
        """Write one line and return its time in ms since 1970.

        Raises:
            TrackingError: when the file cannot be written.
        """
        now = time.time_ns() // 1_000_000
        line = {"event": event, "time": now, **facts}
        text = _encode(line) + "\n"
        try:
            file = self._file or self._open()
            written = file.write(text.encode())
        except OSError as error:
            raise self._refusal(error.strerror or str(error)) from error
        if written != len(text):
            raise self._refusal("the disk took only a part of the line")
        return now

    def close(self) -> None:
        """Close the file; a later `append` opens it again."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _open(self) -> FileIO:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("a+b", buffering=0)
        if self._file.tell() > 0:
            self._file.seek(-1, 2)
            if self._file.read(1) != b"\n":
                self._file.write(b"\n")
        return self._file

    def _refusal(self, reason: str) -> TrackingError:
        return TrackingError(
            f"Cannot write the run's journal {self.path}: {reason}. "
            "Make room there, or run in a directory that can be written."
        )


def read_journal(path: Path) -> list[Mapping[str, Any]]:
    """Return a journal's lines in order, without those that a kill cut short.

    Raises:
        TrackingError: when the file cannot be read.
    """
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise TrackingError(f"Cannot read the journal {path}: {error.strerror}.") from error
    parsed = (_parse(line) for line in lines)
    return [line for line in parsed if line is not None]


@contextmanager
def packed(path: Path) -> Iterator[Path]:
    """Lend a compressed copy of a journal, `journal.jsonl.gz` beside it.

    Raises:
        TrackingError: when it cannot be written.
    """
    copy = path.with_suffix(".jsonl.gz")
    try:
        copy.write_bytes(gzip.compress(path.read_bytes(), compresslevel=3))
        yield copy
    except OSError as error:
        if isinstance(error, TrackingError):
            raise
        raise TrackingError(f"Cannot pack the journal {path}: {error.strerror}.") from error
    finally:
        copy.unlink(missing_ok=True)


def curves_of(packed: bytes | None) -> dict[str, list[tuple[int, float]]]:
    """Return each metric's (step, value) pairs of a packed journal, by step; {} without one.

    A damaged one counts as none: what of it can still be read would pass for the whole.

    >>> line = b'{"event":"log","step":3,"metrics":{"loss":0.5}}'
    >>> curves_of(gzip.compress(line))
    {'loss': [(3, 0.5)]}
    """
    found: dict[str, dict[int, float]] = {}
    try:
        lines = gzip.decompress(packed or b"").splitlines()
    except (EOFError, OSError, zlib.error):
        return {}
    for line in lines:
        event = _parse(line)
        if event is not None and event["event"] == "log" and {"step", "metrics"} <= set(event):
            for metric, value in event["metrics"].items():
                found.setdefault(metric, {})[event["step"]] = value
    return {metric: sorted(points.items()) for metric, points in found.items()}


def _parse(line: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line)
    except ValueError:
        return None
    return value if isinstance(value, dict) and "event" in value else None
