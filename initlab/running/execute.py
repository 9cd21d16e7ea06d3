"""One run from its RunSpec to its result: lived, watched, recorded."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from initlab import nd
from initlab.errors import RunFailedError
from initlab.running.life import live
from initlab.running.record import Recorder
from initlab.running.result import RunResult
from initlab.tracking import Backend, Status, Tracker, make_tracker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from initlab.config import RunSpec
    from initlab.running.events import Event

__all__ = ["run"]


def run(
    spec: RunSpec,
    *,
    name: str | None = None,
    tracker: Tracker | None = None,
    directory: Path | None = None,
    tags: Mapping[str, str] | None = None,
    watch: Callable[[Event], None] | None = None,
) -> RunResult:
    """Carry out `spec`: draw, train, probe, record.

    Args:
        spec: what to run, from `compose`.
        name: the record's; by default the spec's label.
        tracker: where the record goes; by default what `spec.tracking` says.
        directory: the run's own folder; by default a new one under `outputs/`, or a temporary
            one where nothing is to be kept.
        tags: further tags for the record.
        watch: called with each event as it happens, for a screen.

    Raises:
        InitlabError: a config that cannot be carried out; nothing is recorded then.
        RunFailedError: when something fails after the start; it is recorded as FAILED.
        KeyboardInterrupt: passed on, after the record is closed as KILLED.

    A loss that becomes non-finite is no failure: see `RunResult.divergence`.
    """
    with _folder(spec, directory) as folder:
        tracker = tracker or make_tracker(spec.tracking)
        recorder = Recorder(spec, tracker, folder, tags or {}, name or spec.label)
        result = RunResult(spec)
        try:
            _live(spec, result, recorder, watch)
        except KeyboardInterrupt:
            recorder.stop(Status.KILLED, result, "interrupted")
            raise
        except Exception as error:
            told = "; ".join([str(error), *getattr(error, "__notes__", ())])
            reason = f"{type(error).__name__}: {told}"
            recorder.stop(Status.FAILED, result, reason)
            if not recorder.started:
                raise
            raise RunFailedError(f"The run {spec.label} failed: {reason}") from error
        result.where = tracker.where()
    return result


def _live(
    spec: RunSpec, result: RunResult, recorder: Recorder, watch: Callable[[Event], None] | None
) -> None:
    with nd.threads(spec.threads):  # once: `live` by itself sets and resets them at each event
        for event in live(spec):
            result.take(event)
            recorder.take(event)
            if watch is not None:
                watch(event)
    result.run_id = recorder.run_id
    recorder.end(result)


@contextmanager
def _folder(spec: RunSpec, given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
    elif spec.tracking.name == Backend.mlflow:
        now = datetime.now().astimezone().strftime("%Y-%m-%d/%H-%M-%S-%f")
        yield from _made(Path("outputs") / now)
    else:
        with TemporaryDirectory(prefix="initlab-") as folder:
            yield Path(folder)


def _made(folder: Path) -> Iterator[Path]:
    folder.mkdir(parents=True)
    yield folder
