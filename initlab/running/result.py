"""What a run comes to: its plan, curves, readings and scores, as a value to look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from math import isfinite, log
from typing import TYPE_CHECKING

from initlab.data import Task
from initlab.html_table import html_table
from initlab.running.events import (
    Diverged,
    Drawn,
    Event,
    Finished,
    Measured,
    Planned,
    Scored,
    Stepped,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    from initlab.calibrators import Calibration
    from initlab.config import RunSpec
    from initlab.data import Data
    from initlab.init import InitPlan
    from initlab.nn import Block
    from initlab.probes import Reading
    from initlab.training import Divergence, Score, Step

__all__ = ["Outcome", "RunResult"]

COLUMNS = (
    "parameter", "initializer", "std claimed", "std drawn", "grad norm", "last update/weight",
)  # fmt: skip


class Outcome(StrEnum):
    """How a training ended."""

    finished = "finished"
    diverged = "diverged"


@dataclass(repr=False)
class RunResult:
    """A run as it grows, event by event; complete when `run` returns it.

    Attributes:
        spec: what decided the run.
        net: the net, with its final parameters.
        plan: which initializer each parameter got, and why.
        calibrations: what a calibrator changed after the draw.
        steps: every optimizer step's loss and accuracy.
        scores: (step, score on the test data) after each epoch.
        readings: (step, readings of the probes due there).
        magnitudes: (step, histograms of weights and gradients by role).
        divergence: where the first non-finite value appeared, or None.
        seconds: the wall time of the run's own work.
        run_id: the record's id.
        where: the line to type to see the record, or None.
    """

    spec: RunSpec
    net: Block | None = None
    data: Data | None = None
    plan: InitPlan | None = None
    calibrations: list[Calibration] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    scores: list[tuple[int, Score]] = field(default_factory=list)
    magnitudes: list[tuple[int, Mapping[tuple[str, str], np.ndarray]]] = field(default_factory=list)
    readings: list[tuple[int, list[Reading]]] = field(default_factory=list)
    divergence: Divergence | None = None
    seconds: float = 0.0
    run_id: str = ""
    where: str | None = None

    def take(self, event: Event) -> None:
        """Add what an event says."""
        match event:
            case Stepped():
                self.steps.append(event.step)
            case Planned():
                self.net, self.data, self.plan = event.net, event.data, event.plan
            case Drawn():
                self.calibrations.extend(event.calibrations)
            case Scored():
                self.scores.append((event.step, event.score))
            case Measured():
                self.readings.append((event.step, list(event.readings)))
                self.magnitudes.append((event.step, event.magnitudes))
            case Diverged():
                self.divergence = event.divergence
            case Finished():
                self.seconds = event.seconds

    @property
    def outcome(self) -> Outcome:
        """Whether the training ended with finite numbers."""
        return Outcome.finished if self.divergence is None else Outcome.diverged

    @property
    def score(self) -> Score | None:
        """The last score on the test data; None when the training diverged before the first."""
        return self.scores[-1][1] if self.scores else None

    @property
    def summary(self) -> dict[str, float]:
        """The numbers that runs are ranked by: `accuracy` and `loss` on the test data, at the end.

        All are finite. A diverged net has no loss, and none of its answers is right: what is not a
        number is no class. `trained` tells whether the last step's loss, `train_loss`, is below
        half of the first one, and below half of what equal chances for all classes give.
        """
        numbers = {**self._tested(), **self._trained()}
        numbers["diverged"] = float(self.divergence is not None)
        if self.divergence is not None:
            numbers["diverged_step"] = float(self.divergence.step)
        return {name: value for name, value in numbers.items() if isfinite(value)}

    def last(self, statistic: str) -> dict[str, Reading]:
        """Return the latest reading of a statistic at each place."""
        return {
            reading.place: reading
            for _, readings in self.readings
            for reading in readings
            if reading.statistic == statistic
        }

    def first(self, statistic: str) -> dict[str, Reading]:
        """Return the readings of a statistic at initialization, by place."""
        readings = self.readings[0][1] if self.readings else []
        return {r.place: r for r in readings if r.statistic == statistic}

    def table(self) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return columns and rows, one parameter a row: what it was given and what became of it."""
        drawn, grads = self.first("weight_std"), self.last("grad_norm")
        updates = self.last("update_to_weight")
        rows = []
        for entry in self.plan.entries if self.plan else ():
            variance = entry.initializer.variance(entry.spec)
            rows.append((
                entry.path,
                str(entry.initializer),
                "-" if variance is None else f"{variance**0.5:.4g}",
                *(_value(found.get(entry.path)) for found in (drawn, grads, updates)),
            ))  # fmt: skip
        return COLUMNS, rows

    @property
    def _classifies(self) -> bool:
        return self.data is not None and self.data.task is Task.classification

    def _tested(self) -> dict[str, float]:
        if self.divergence is not None:
            return {"accuracy": 0.0} if self._classifies else {}
        if self.score is None:
            return {}
        told = {} if self.score.accuracy is None else {"accuracy": self.score.accuracy}
        return {**told, "loss": self.score.loss}

    def _trained(self) -> dict[str, float]:
        finite = [step.loss for step in self.steps if step.finite]
        if not finite:
            return {"trained": 0.0} if self.divergence is not None else {}
        start = finite[0]
        if self._classifies:
            start = min(start, log(self.spec.data.outputs))
        halved = finite[-1] < start / 2 and self.divergence is None
        return {"train_loss": finite[-1], "trained": float(halved)}

    def __str__(self) -> str:
        numbers = ", ".join(f"{name}={value:.4g}" for name, value in self.summary.items())
        return f"{self.spec.label}: {self.outcome} in {self.seconds:.1f} s ({numbers})"

    def __repr__(self) -> str:
        """Write one line, which a notebook keeps beside the table: it has thousands of steps."""
        return f"RunResult({self})"

    def _repr_html_(self) -> str:
        """Return the table for a notebook."""
        return f"<p>{escape(str(self))}</p>{html_table(*self.table())}"


def _value(reading: Reading | None) -> str:
    if reading is None:
        return "-"
    mark = (
        "" if reading.verdict in (None, "as expected") else f" (off by {reading.deviation:+.1f} SE)"
    )
    return f"{reading.value:.4g}{mark}"
