"""How far a sweep is: done, running, failed, the time left, the best so far."""

from __future__ import annotations

from collections import Counter
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from initlab.jobs.outcome import Outcome, State

if TYPE_CHECKING:
    from pathlib import Path

    from initlab.config import Sweep

__all__ = ["Progress", "describe"]

EVERY = 0.5  # seconds between two looks at the jobs' outcomes
LINES = 10  # how many lines a sweep prints where there is no terminal


class Progress:
    """Watches a sweep's directory: a bar on a terminal, about ten plain lines elsewhere.

    Args:
        sweep: what is carried out.
        total: how many jobs it has; None for a search that nobody gave a number of trials.
        console: where to show it.
    """

    def __init__(self, sweep: Sweep, total: int | None, console: Console | None = None) -> None:
        self.sweep, self.total = sweep, total
        self.console = console or Console()
        self.bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[state]}"),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task = self.bar.add_task(sweep.name, total=total, state="")
        self._over: dict[Path, Outcome] = {}
        self._began, self._told = monotonic(), 0
        self._done_before = 0
        self._stop = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._done_before = sum(it.over for it in self._look())
        if not self.console.is_terminal:
            jobs = "a search" if self.total is None else f"{self.total} jobs"
            done = f", {self._done_before} finished before" if self._done_before else ""
            self._say(f"{self.sweep.name}: {jobs} on {self.sweep.launcher}{done}")
        self._told = self._done_before
        self.bar.start()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._show()
        self.bar.stop()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            self._show()

    def _show(self) -> None:
        outcomes = self._look()
        done = sum(it.over for it in outcomes)
        text = describe(outcomes, self._left(done))
        self.bar.update(self.task, completed=done, state=text)
        step = max(1, (self.total or 0) // LINES)
        if not self.console.is_terminal and (done - self._told >= step or done == self.total):
            if done > self._told:
                self._say(", ".join(filter(None, (f"{done}/{self.total or '?'} done", text))))
            self._told = done

    def _look(self) -> list[Outcome]:
        """Read the outcomes that there are; one that is over is read once."""
        found = []
        for directory in self.sweep.directory.glob("[0-9]*"):
            outcome = self._over.get(directory) or Outcome.read(directory)
            if outcome is not None:
                found.append(outcome)
                if outcome.over:
                    self._over[directory] = outcome
        return found

    def _left(self, done: int) -> float | None:
        """Return about how many seconds are left, once a job of this command is done."""
        fresh = done - self._done_before
        if self.total is None or fresh < 1:
            return None
        return (self.total - done) * (monotonic() - self._began) / fresh

    def _say(self, line: str) -> None:
        self.console.print(line, highlight=False, soft_wrap=True)


def describe(outcomes: list[Outcome], left: float | None) -> str:
    """Say how many run and failed, how long it takes, and which is the best so far."""
    count = Counter(it.state for it in outcomes)
    parts = [f"{count[s]} {s}" for s in (State.running, State.failed) if count[s]]
    if left:
        parts.append(f"about {_time(left)} left")
    best = min(outcomes, key=lambda it: it.loss, default=None)
    if best is not None and best.state is State.finished:
        accuracy = best.summary.get("accuracy")
        score = "" if accuracy is None else f" accuracy {accuracy:.3f}"
        parts.append(f"best {best.label} loss {best.loss:.4f}{score}")
    return ", ".join(parts)


def _time(seconds: float) -> str:
    """Return a duration, rounded as its reader would.

    >>> _time(42.4), _time(150), _time(9000)
    ('42 s', '2 min', '2.5 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
