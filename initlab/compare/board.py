"""A leaderboard over seeds: a line for each initializer and condition, best first."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median
from typing import TYPE_CHECKING

from initlab.compare.line import Line
from initlab.compare.significance import AHEAD, ALPHA, NONE, tested
from initlab.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from initlab.compare.trials import Selection, Trial
    from initlab.tracking import Past

__all__ = ["Board", "make_board"]

PREFERRED = ("accuracy", "loss")
LOWER_IS_BETTER = ("loss", "error", "diverged", "perplexity")
CURVES = ("test/loss", "train/loss")


@dataclass(frozen=True)
class Board:
    """The lines, best first within each condition, and what they were measured with.

    `below_is_half` tells that `below` was not asked for: it is half of the median first loss.
    """

    metric: str
    below: float | None
    lines: Sequence[Line]
    tests: int
    below_is_half: bool = False

    def table(self, selection: Selection) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
        """Return columns and rows as text."""
        others = [axis for axis in selection.axes if axis != selection.row]
        condition = ("condition",) if others else ()
        below = "-" if self.below is None else f"{self.below:.3g}"
        columns = (
            *condition, selection.row, "runs", f"{self.metric} (mean ± SE)", "test loss", "trained",
            f"first step below {below}", "against the best",
        )  # fmt: skip
        return columns, [self._texts(line, with_condition=bool(others)) for line in self.lines]

    def _texts(self, line: Line, *, with_condition: bool) -> tuple[str, ...]:
        error = "" if math.isnan(line.error) else f" ± {line.error:.2g}"
        return (
            *((line.condition,) if with_condition else ()),
            line.row,
            str(line.runs),
            "-" if math.isnan(line.mean) else f"{line.mean:.4g}{error}",
            _loss(line),
            "-" if line.trained is None else f"{line.trained}/{line.runs}",
            "-" if self.below is None else _crossed(line),
            line.verdict,
        )

    def notes(self) -> list[str]:
        """Say how the differences were tested, and what they don't say."""
        how = (
            f"Against the best of each condition: Welch's t-test of {self.metric} over seeds, p "
            f"corrected by Holm for {self.tests} comparison{'s' * (self.tests > 1)}; 'differs' is "
            f"p < {ALPHA}."
        )
        few = "Few seeds show few differences: 'not shown' is no proof that there is none."
        untested = (
            "'untested': one seed each, or seeds that all agree, are no test of a difference."
        )
        verdicts = {line.verdict for line in self.lines}
        notes = {
            how: self.tests > 0,
            few: self.tests > 0,
            untested: AHEAD in verdicts,
            "Where no run trained none is called best, and nothing is tested.": NONE in verdicts,
            "A run that diverged has no loss, and its accuracy is 0.": any(
                len(line.losses) < line.runs for line in self.lines
            ),
            f"{self.below or 0:.3g} is half of the median first training loss of these runs, so it "
            "moves with them; --below LOSS holds it.": self.below_is_half,
        }
        return [note for note, holds in notes.items() if holds]


def _loss(line: Line) -> str:
    if not line.losses:
        return "-"
    of = f" ({len(line.losses)}/{line.runs})" if len(line.losses) < line.runs else ""
    return f"{fmean(line.losses):.4g}{of}"


def _crossed(line: Line) -> str:
    crossings = line.crossings
    return f"{median(crossings):.0f} ({len(crossings)}/{line.runs})" if crossings else "never"


def make_board(
    past: Past, selection: Selection, metric: str | None = None, below: float | None = None
) -> Board:
    """Rank what was selected.

    Args:
        past: where the curves are.
        selection: the runs.
        metric: to rank by; by default the final test accuracy, or loss.
        below: the loss of "first step below"; by default half of the first loss, if there is one.

    Raises:
        UnknownNameError: for a metric that no run has.
    """
    metric = metric or _metric(selection.trials)
    if not any(metric in trial.run.metrics for trial in selection.trials):
        known = {key for trial in selection.trials for key in trial.run.metrics}
        raise UnknownNameError("metric", metric, known)
    curves, firsts = {}, []
    for trial in selection.trials:
        curves[trial.run.run_id] = _curve(past, trial, CURVES)
        firsts += [value for _, value in _curve(past, trial, ("train/loss",))[:1]]
    told = below is not None or not firsts
    below = below if told else median(firsts) / 2
    groups: dict[tuple[str, str], list[Trial]] = {}
    for trial in selection.trials:
        groups.setdefault((trial.condition, trial.row), []).append(trial)
    lines = [_line(key, group, metric, curves, below) for key, group in groups.items()]
    lower = any(word in metric for word in LOWER_IS_BETTER)
    ranked = tested(lines, lower=lower)
    tests = sum(line.p is not None for line in ranked)
    return Board(metric, below, ranked, tests, below_is_half=not told)


def _metric(trials: Iterable[Trial]) -> str:
    have = {key for trial in trials for key in trial.run.metrics}
    return next((metric for metric in PREFERRED if metric in have), PREFERRED[0])


def _curve(past: Past, trial: Trial, names: Sequence[str]) -> list[tuple[int, float]]:
    name = next((name for name in names if name in trial.run.metrics), None)
    return [] if name is None else past.curve(trial.run, name)


def _line(
    key: tuple[str, str],
    group: Sequence[Trial],
    metric: str,
    curves: dict[str, list[tuple[int, float]]],
    below: float | None,
) -> Line:
    metrics = [trial.run.metrics for trial in group]
    losses = [m["loss"] for m in metrics if "loss" in m]
    told = [m["trained"] for m in metrics if "trained" in m]
    low = -math.inf if below is None else below
    reached = (
        next((step for step, loss in curves[trial.run.run_id] if loss < low), None)
        for trial in group
    )
    return Line(
        row=key[1],
        condition=key[0],
        runs=len(group),
        values=[m[metric] for m in metrics if metric in m],
        losses=losses,
        trained=int(sum(told)) if told else None,
        crossings=[step for step in reached if step is not None],
    )
