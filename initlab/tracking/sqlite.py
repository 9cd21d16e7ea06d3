"""The SQLite file under an MLflow store: made aside and put in place whole, checked before use."""

from __future__ import annotations

import fcntl
import os
import re
import sqlite3
import tempfile
import uuid
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from initlab.errors import TrackingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["check_file", "make_file", "revisions", "turn"]

PATIENCE = 60.0  # seconds

_REVISION = re.compile(r"^revision\b.*=\s*[\"'](\w+)[\"']", re.MULTILINE)
_PARENT = re.compile(r"^down_revision\b.*=\s*[\"'](\w+)[\"']", re.MULTILINE)
_WAY_OUT = "Name another place with tracking.uri=sqlite:////absolute/mlflow.db"


def make_file(path: Path, build: Callable[[Path], None]) -> None:
    """Make the store at `path`, which does not exist yet; of several makers the first one wins.

    `build` fills a new file in memory-backed storage, where its thousand small transactions cost
    nothing. The finished file is copied beside `path` and linked to it in one step, so no process
    ever sees half a store, and no lock can be left behind.

    Raises:
        TrackingError: when the directory cannot be written.
    """
    aside = path.parent / f".{path.name}.{uuid.uuid4().hex}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.touch(exist_ok=False)
        with tempfile.TemporaryDirectory(prefix="initlab-", dir=_memory()) as scratch:
            draft = Path(scratch) / path.name
            build(draft)
            _copy(draft, aside)
        publish(aside, path)
    except (OSError, sqlite3.Error) as error:
        if isinstance(error, TrackingError):
            raise
        reason = getattr(error, "strerror", None) or str(error)
        raise TrackingError(
            f"Cannot make the record {path}: {reason}. "
            f"{_WAY_OUT}, or run in a directory that can be written."
        ) from error
    finally:
        if aside.parent.is_dir():
            aside.unlink(missing_ok=True)


def publish(aside: Path, path: Path) -> None:
    """Give the finished file its name, unless another process was first."""
    try:
        os.link(aside, path)
    except FileExistsError:
        return
    except OSError:  # a file system without hard links
        if not path.exists():
            aside.rename(path)


def check_file(path: Path, known: Callable[[], tuple[set[str], set[str]]]) -> None:
    """Refuse a file that MLflow would break or be broken by.

    MLflow migrates an older store when it opens it, after which its older version, perhaps a
    colleague's, refuses it: that is for its owner to decide.

    Args:
        path: an existing file.
        known: gives the schema revisions of the installed MLflow: (all, the newest ones).

    Raises:
        TrackingError: for a file that is no database, another program's, of another schema, or
            that cannot be written.
    """
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        raise TrackingError(f"The record {path} or its folder cannot be written. {_WAY_OUT}.")
    found = _schema(path)
    every, newest = known()
    if found in newest or not newest:
        return
    if found in every:
        raise TrackingError(
            f"The record {path} was made by an older MLflow (schema {found}). Copy it to a safe "
            f"place, then run: mlflow db upgrade sqlite:///{path.as_posix()} (the older MLflow "
            f"will refuse it from then on). Or: {_WAY_OUT}."
        )
    raise TrackingError(
        f"The record {path} was made by a newer MLflow (schema {found}) than the one installed. "
        f"Install the version that made it, or: {_WAY_OUT}."
    )


@contextmanager
def turn(path: Path) -> Iterator[None]:
    """Wait until no other process of ours writes into the file.

    SQLite's own waiting writers ask again and again, and of a hundred on a busy machine some come
    too late and give up. In this queue nobody does; the system takes a place back from the dead.
    Where the first stands still, the others go past it after a minute, and leave it to SQLite.
    """
    folder = os.open(path.parent, os.O_RDONLY)  # they queue for it, so no file is left
    try:
        queued = Thread(target=_lock, args=(folder,), daemon=True)
        queued.start()
        queued.join(PATIENCE)
        yield
    finally:
        os.close(folder)  # which gives up the lock, or the place


def _lock(folder: int) -> None:
    with suppress(OSError):  # a file system without such locks leaves it to SQLite
        fcntl.flock(folder, fcntl.LOCK_EX)


def revisions(migrations: Path) -> tuple[set[str], set[str]]:
    """Return the schema revisions that a folder of migrations names: (all, the newest ones)."""
    texts = [file.read_text(encoding="utf-8") for file in migrations.glob("*.py")]
    every = {name for text in texts for name in _REVISION.findall(text)}
    parents = {name for text in texts for name in _PARENT.findall(text)}
    return every, every - parents


def _schema(path: Path) -> str:
    try:
        with closing(sqlite3.connect(path, timeout=20)) as connection:
            rows = connection.execute("select version_num from alembic_version").fetchall()
    except sqlite3.Error as error:
        raise TrackingError(
            f"{path} is no MLflow record ({error}). Move it away, or: {_WAY_OUT}."
        ) from error
    if not rows:
        raise TrackingError(f"{path} is half made. Move it away, or: {_WAY_OUT}.")
    return str(rows[0][0])


def _copy(draft: Path, aside: Path) -> None:
    with closing(sqlite3.connect(draft)) as source, closing(sqlite3.connect(aside)) as target:
        source.backup(target)
        target.execute("pragma journal_mode=wal")


def _memory() -> str | None:
    memory = Path("/dev/shm")  # noqa: S108 - TemporaryDirectory makes a private folder in it
    return str(memory) if os.access(memory, os.W_OK) else None
