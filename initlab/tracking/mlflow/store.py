"""An open MLflow store: whatever goes wrong with it is one sentence, whoever writes has a turn."""

from __future__ import annotations

import shlex
from contextlib import contextmanager
from typing import TYPE_CHECKING

from initlab.errors import InitlabError, TrackingError
from initlab.tracking.mlflow.library import build, import_mlflow, known_revisions, open_client
from initlab.tracking.quiet import paused_collector, quiet
from initlab.tracking.server import check_reachable, without_password
from initlab.tracking.spec import TrackingSpec, sqlite_file
from initlab.tracking.sqlite import check_file, make_file, turn

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Store"]


class Store:
    """An open MLflow store.

    Args:
        spec: a resolved TrackingSpec.
        make: make the SQLite file when it is missing. Only one process of a sweep should, before
            the others start; it stays whole even if all do.
        patience: for how many seconds `wait` and the opening wait for a server that is away.

    Raises:
        TrackingError: when the store cannot be reached, read or written; the message has the way
            out.
    """

    def __init__(self, spec: TrackingSpec, *, make: bool = False, patience: float = 0.0) -> None:
        self.uri, self.patience = str(spec.uri), patience
        self.shown = without_password(self.uri)
        self.file = sqlite_file(self.uri)
        self._in_turn = False
        self.wait()
        if self.file is not None and not (self.file.exists() or make):
            raise TrackingError(
                f"There is no record at {self.file}. Make it first, once for all processes: "
                "initlab.tracking.prepare(spec)."
            )
        with paused_collector():
            import_mlflow()
            if self.file is not None and not self.file.exists():
                make_file(self.file, build)
            elif self.file is not None:
                check_file(self.file, known_revisions)
            with self.speaking("open it"):
                self.client = open_client(self.uri)

    def wait(self) -> None:
        """Return when the server answers, at once for a file.

        Raises:
            TrackingError: when patience is at its end.
        """
        if self.file is None:
            check_reachable(self.uri, patience=self.patience)

    def page(self, place: str) -> str:
        """Return the line that starts MLflow's pages, where they need one, and a page's address."""
        if self.uri.startswith("http"):
            return f"{self.shown.rstrip('/')}/{place}"
        line = shlex.join(["mlflow", "ui", "--backend-store-uri", self.shown])
        return f"{line}\nhttp://127.0.0.1:5000/{place}"

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Write when it is this process's turn among those of one file, all of the block in one.

        Of two that write again and again, each in many turns, each waits for all of the other's.
        """
        if self.file is None or self._in_turn:
            yield
            return
        with turn(self.file), quiet():
            self._in_turn = True
            try:
                yield
            finally:
                self._in_turn = False

    @contextmanager
    def writing(self, what: str) -> Iterator[None]:
        """Speak as `speaking` does, in this process's turn."""
        with self.speaking(what), self.in_turn():
            yield

    @contextmanager
    def speaking(self, what: str) -> Iterator[None]:
        """Tell as `telling` does, without MLflow's own noise."""
        with self.telling(what), quiet():
            yield

    @contextmanager
    def telling(self, what: str) -> Iterator[None]:
        """Turn whatever goes wrong in here into one sentence.

        Raises:
            TrackingError: when something does; `what` says what could not be done.
        """
        try:
            yield
        except InitlabError:
            raise
        except Exception as error:
            raise TrackingError(f"Cannot {what} in {self.shown}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()]
    text = f"{lines[0] if lines else type(error).__name__}"
    if isinstance(error, ModuleNotFoundError) and error.name in ("psycopg", "psycopg2"):
        return f"{text}. Install the driver: pip install 'psycopg[binary]'."
    return text if text.endswith(".") else f"{text}."
