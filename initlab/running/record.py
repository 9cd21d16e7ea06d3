"""From the events of a run to its record: names, numbers, files."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING

from initlab.running.events import Event, Measured, Planned, Scored, Stepped
from initlab.running.figures import pictures
from initlab.tracking import DatasetInfo, RunInfo, Status, Tracker, environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from initlab.config import RunSpec
    from initlab.data import Data
    from initlab.probes import Reading
    from initlab.running.result import RunResult

__all__ = ["Recorder"]

TABLE = "parameters.json"  # in the form that MLflow's pages show as a table
EVERYWHERE = "**"
POINTS = 50  # of the loss curve in the record; every step's loss is in steps.csv


class Recorder:
    """Tells a tracker what happens; opens the record when the run is planned.

    Before that, nothing can be recorded: what fails there is the config's mistake, not a run.
    """

    def __init__(
        self, spec: RunSpec, tracker: Tracker, directory: Path, tags: Mapping[str, str], name: str
    ) -> None:
        self.name = name
        self.spec, self.tracker, self.directory, self.tags = spec, tracker, directory, tags
        self.started = self.ended = False
        self.stride = 1
        self.run_id = ""
        self.headlines = {name: p.match for p in spec.probes for name in p.probe.headlines}
        self.vectors: set[str] = set()

    def take(self, event: Event) -> None:
        """Record what an event says."""
        match event:
            case Planned():
                self._start(event)
            case Stepped() if event.step.number % self.stride == 0 and event.step.finite:
                self._log(event.step.number, "train", event.step.loss, event.step.accuracy)
            case Scored() if math.isfinite(event.score.loss):
                self._log(event.step, "test", event.score.loss, event.score.accuracy)
            case Measured():
                self._log_readings(event)

    def end(self, result: RunResult) -> None:
        """Write the files and close the record of a run that came to a result."""
        diverged = result.divergence
        self._files(result)
        self.ended = True
        note = None if diverged is None else f"diverged: {diverged}"
        self.tracker.end(Status.FINISHED, note, result.summary)

    def stop(self, status: Status, result: RunResult, error: str) -> None:
        """Close the record of a run that failed or was interrupted, keeping what was measured."""
        if self.started and not self.ended:
            self._files(result)
            self.tracker.end(status, error, result.summary)

    def _start(self, event: Planned) -> None:
        plugins = self.spec.plugins
        tags = {
            "initializer": self.spec.flat["init"],
            "initlab.identity": self.spec.identity,
            "mlflow.loggedArtifacts": json.dumps([{"path": TABLE, "type": "table"}]),
            **({"initlab.plugin_files": told_plugins(plugins)} if plugins else {}),
            **self.tags,
        }
        info = RunInfo(self.name, self.spec.flat, tags, dataset_info(event.data), self.directory)
        self.run_id = self.tracker.start(info)
        self.started = True
        self.vectors = {e.path for e in event.plan.entries if len(e.spec.shape) < 2}
        self.stride = max(1, event.steps // POINTS)
        plan = self.directory / "plan.txt"
        plan.write_text(f"{event.plan}\n", encoding="utf-8")
        as_json = self.directory / "plan.json"
        as_json.write_text(json.dumps(event.plan.to_dict(), indent=1), encoding="utf-8")
        config = self.directory / "config.yaml"
        config.write_text(self.spec.text, encoding="utf-8")
        versions = self.directory / "environment.json"
        versions.write_text(json.dumps({**environment(), **plugins}, indent=1), encoding="utf-8")
        for file in (plan, as_json, config, versions):
            self.tracker.artifact(file)

    def _log(self, step: int, part: str, loss: float, accuracy: float | None) -> None:
        numbers = {f"{part}/loss": loss}
        if accuracy is not None:
            numbers[f"{part}/accuracy"] = accuracy
        self.tracker.log(step, numbers)

    def _log_readings(self, event: Measured) -> None:
        finite = [r for r in event.readings if math.isfinite(r.value)]
        self.tracker.log(event.step, {r.metric: r.value for r in finite if self._is_charted(r)})
        if event.step == 0:
            self._log_profiles(finite)

    def _is_charted(self, reading: Reading) -> bool:
        """Whether a chart shows it: of biases and gains only what a probe was pointed at."""
        match = self.headlines.get(reading.statistic)
        return match is not None and (match != EVERYWHERE or reading.place not in self.vectors)

    def _log_profiles(self, readings: list[Reading]) -> None:
        """Log the signal at initialization with the depth as step, one chart for the whole net."""
        for statistic in ("act_std", "signal_grad_std"):
            values = [r.value for r in readings if r.statistic == statistic]
            for depth, value in enumerate(values):
                self.tracker.log(depth, {f"at_init/{statistic}_by_depth": value})

    def _files(self, result: RunResult) -> None:
        if result.net is not None and result.readings:
            parameters = self.directory / "parameters.safetensors"
            result.net.save_parameters(parameters, deduplicate=True)
            self.tracker.artifact(parameters)
        for name, write in (("readings", write_readings), ("steps", write_steps)):
            table = self.directory / f"{name}.csv"
            write(result, table)
            self.tracker.artifact(table)
        table = self.directory / TABLE
        columns, cells = result.table()
        table.write_text(json.dumps({"columns": columns, "data": cells}), encoding="utf-8")
        self.tracker.artifact(table)
        for name, draw in pictures(result).items():
            picture = self.directory / f"{name}.svg"
            draw(picture)
            self.tracker.artifact(picture, "figures")


def told_plugins(plugins: Mapping[str, str]) -> str:
    """Return plugins given by hand in one line: what `-p` takes, and the content's digest.

    >>> told_plugins({"/home/ada/my_init.py": "3f2a9c1b2d4e"})
    '/home/ada/my_init.py 3f2a9c1b2d4e'
    """
    return ", ".join(f"{name} {digest}" for name, digest in plugins.items())


def dataset_info(data: Data) -> DatasetInfo:
    """Return what the record says of a data set."""
    profile: dict[str, int | float | str] = {
        "train": len(data.train_x),
        "test": len(data.test_x),
        "task": str(data.task),
    }
    return DatasetInfo(data.name, data.digest[:36], data.source, profile)


def write_readings(result: RunResult, file: Path) -> None:
    """Write every reading, expected values and verdicts beside them, as CSV."""
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(
            ("step", "statistic", "place", "value", "expected", "standard_error", "verdict")
        )
        for step, readings in result.readings:
            rows.writerows(
                (step, r.statistic, r.place, r.value, r.expected, r.standard_error, r.verdict)
                for r in readings
            )


def write_steps(result: RunResult, file: Path) -> None:
    """Write the loss and accuracy of every optimizer step as CSV."""
    with file.open("w", newline="", encoding="utf-8") as out:
        rows = csv.writer(out)
        rows.writerow(("step", "epoch", "loss", "accuracy"))
        rows.writerows((s.number, s.epoch, s.loss, s.accuracy) for s in result.steps)
