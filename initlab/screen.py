"""What a terminal shows of a run: its progress while it goes, a table when it is over."""

from __future__ import annotations

from contextlib import contextmanager
from math import isnan
from time import monotonic
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from initlab.running import Diverged, Drawn, Event, Planned, RunResult, Scored, Stepped
from initlab.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from initlab.training import Step

__all__ = ["Screen", "telling"]

REFRESH = 0.1  # seconds between two updates of the bar
LINES = 10  # how many lines a run prints where there is no terminal


class Screen:
    """Watches one run: a bar on a terminal, about ten plain lines elsewhere."""

    def __init__(self, title: str, epochs: int, console: Console | None = None) -> None:
        self.title, self.epochs = title, epochs
        self.console = console or Console()
        self.progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[state]}"),
            TimeRemainingColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self.task = self.progress.add_task(title, total=None, state="")
        self.shown_at = 0.0
        self.step: Step | None = None

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def __call__(self, event: Event) -> None:
        """Show what happened."""
        match event:
            case Planned():
                count = sum(_size(entry.spec.shape) for entry in event.plan.entries)
                self._say(f"{self.title}: {count:,} parameters, {event.steps:,} steps")
                self.progress.update(self.task, total=event.steps)
            case Drawn() if event.calibrations:
                self._say(_calibrated(event))
            case Stepped():
                self._stepped(event.step)
            case Scored():
                self._scored(event)
            case Diverged():
                self._say(f"diverged: {event.divergence}")

    def _stepped(self, step: Step) -> None:
        self.step = step
        now = monotonic()
        if self.progress.disable or now - self.shown_at < REFRESH:
            return
        self.shown_at = now
        state = f"epoch {step.epoch + 1}/{self.epochs}  {_scores(step.loss, step.accuracy)}"
        self.progress.update(self.task, completed=step.number + 1, state=state)

    def _scored(self, event: Scored) -> None:
        if self.console.is_terminal or self.step is None:
            return
        epoch = self.step.epoch + 1
        if epoch % max(1, self.epochs // LINES) == 0 or epoch == self.epochs:
            train = _scores(self.step.loss, self.step.accuracy)
            test = _scores(event.score.loss, event.score.accuracy)
            self._say(f"epoch {epoch}/{self.epochs}  train {train}  test {test}")

    def _say(self, line: str) -> None:
        self.console.print(line, highlight=False, soft_wrap=True)

    def finish(self, result: RunResult) -> None:
        """Print the table of parameters, the scores and where the record is."""
        print_table(*result.table(), console=self.console, title=result.spec.label)
        for done in result.calibrations:
            if not done.converged:
                where = "" if isnan(done.reached) else f" at {done.reached:.4g}"
                self._say(f"calibration of {done.path} stopped{where}: {done.why}")
        if result.score is not None:
            score = _scores(result.score.loss, result.score.accuracy)
            self._say(f"test {score}  ({len(result.steps):,} steps in {result.seconds:.1f} s)")
        if result.where is not None:
            self._say(f"See it in MLflow:\n{result.where}")


@contextmanager
def telling(title: str) -> Iterator[Callable[[str], None]]:
    """Yield what shows the state of long work on standard error, which leaves the other to results.

    On a terminal that is a line with a spinner, elsewhere one line a second at most.
    """
    console, began = Console(stderr=True), monotonic()
    shown = began
    with console.status(title) as status:

        def tell(state: str) -> None:
            nonlocal shown
            now = monotonic()
            line = f"{title}, {now - began:.0f} s: {state}"
            status.update(escape(line))
            if not console.is_terminal and now - shown >= 1:
                shown = now
                console.print(line, highlight=False, markup=False, soft_wrap=True)

        yield tell


def _calibrated(event: Drawn) -> str:
    """Say what a calibrator saw and how it went."""
    done = event.calibrations
    good = sum(one.converged for one in done)
    longest = max(one.iterations for one in done)
    return (
        f"calibrated on {event.seen}: {good} of {len(done)} "
        f"parameters converged, in at most {longest} iterations"
    )


def _scores(loss: float, accuracy: float | None) -> str:
    text = f"loss {loss:.4f}"
    return text if accuracy is None else f"{text}  accuracy {accuracy:.3f}"


def _size(shape: Sequence[int]) -> int:
    size = 1
    for dim in shape:
        size *= dim
    return size
