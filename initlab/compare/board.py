"""A leaderboard over seeds: means with their errors, and which differences are shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, median, stdev
from typing import TYPE_CHECKING

from initlab.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from initlab.compare.trials import Selection, Trial
    from initlab.tracking import Past

__all__ = ["Board", "Line", "holm", "make_board"]

PREFERRED = ("accuracy", "loss")
LOWER_IS_BETTER = ("loss", "error", "diverged", "perplexity")
CURVES = ("test/loss", "train/loss")
ALPHA = 0.05


@dataclass(frozen=True)
class Line:
    """One initializer under one condition, over its seeds.

    Args:
        row: the initializer.
        condition: the values of the other axes.
        runs: how many.
        values: of the metric, of the runs that have it.
        losses: on the test data at the end, of the runs that have one: none that diverged.
        trained: how many came below half of their first loss; None where the record can't tell.
        crossings: the first steps below the loss asked for, of the runs that got there.
        p: of Welch's test against the best of the condition, Holm-corrected; None for the best
            itself, and where there is nothing to test.
        best: whether its mean is the best of the condition.
    """

    row: str
    condition: str
    runs: int
    values: Sequence[float]
    losses: Sequence[float]
    trained: int | None
    crossings: Sequence[int]
    p: float | None = None
    best: bool = False

    @property
    def mean(self) -> float:
        """The metric's mean; not a number without a run that has it."""
        return fmean(self.values) if self.values else math.nan

    @property
    def error(self) -> float:
        """The standard error of the mean over seeds; not a number for one run."""
        return (
            stdev(self.values) / math.sqrt(len(self.values)) if len(self.values) > 1 else math.nan
        )


@dataclass(frozen=True)
class Board:
    """The lines, best first within each condition, and what they were measured with."""

    metric: str
    below: float | None
    lines: Sequence[Line]
    tests: int

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
            _verdict(line),
        )

    def notes(self) -> list[str]:
        """Say how the differences were tested, and what they don't say."""
        how = (
            f"Against the best of each condition: Welch's t-test of {self.metric} over seeds, p "
            f"corrected by Holm for all {self.tests} comparisons; 'differs' is p < {ALPHA}."
        )
        diverged = "A run that diverged has no loss, and its accuracy is 0."
        return [
            how,
            *([diverged] if any(len(line.losses) < line.runs for line in self.lines) else []),
            "Few seeds show few differences: 'not shown' is no proof that there is none.",
        ]


def _loss(line: Line) -> str:
    if not line.losses:
        return "-"
    of = f" ({len(line.losses)}/{line.runs})" if len(line.losses) < line.runs else ""
    return f"{fmean(line.losses):.4g}{of}"


def _crossed(line: Line) -> str:
    crossings = line.crossings
    return f"{median(crossings):.0f} ({len(crossings)}/{line.runs})" if crossings else "never"


def _verdict(line: Line) -> str:
    if line.best:
        return "best"
    if line.p is None:
        return "-"
    return f"{'differs' if line.p < ALPHA else 'not shown'} (p={line.p:.2g})"


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
    curves = {trial.run.run_id: _curve(past, trial) for trial in selection.trials}
    below = _half_of_first(past, selection.trials) if below is None else below
    groups: dict[tuple[str, str], list[Trial]] = {}
    for trial in selection.trials:
        groups.setdefault((trial.condition, trial.row), []).append(trial)
    lines = [_line(key, group, metric, curves, below) for key, group in groups.items()]
    lower = any(word in metric for word in LOWER_IS_BETTER)
    tested = _tested(lines, lower=lower)
    return Board(metric, below, tested, sum(line.p is not None for line in tested))


def _metric(trials: Iterable[Trial]) -> str:
    have = {key for trial in trials for key in trial.run.metrics}
    return next((metric for metric in PREFERRED if metric in have), PREFERRED[0])


def _curve(past: Past, trial: Trial) -> list[tuple[int, float]]:
    name = next((name for name in CURVES if name in trial.run.metrics), None)
    return [] if name is None else past.curve(trial.run, name)


def _half_of_first(past: Past, trials: Iterable[Trial]) -> float | None:
    firsts = [
        past.curve(trial.run, "train/loss")[0][1]
        for trial in trials
        if "train/loss" in trial.run.metrics
    ]
    return median(firsts) / 2 if firsts else None


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


def _tested(lines: Sequence[Line], *, lower: bool) -> list[Line]:
    """Return the lines in order, each tested against the best of its condition."""
    ordered: list[Line] = []
    tested: dict[int, float] = {}
    for condition in sorted({line.condition for line in lines}, key=_natural):
        group = [line for line in lines if line.condition == condition]
        group.sort(key=lambda line: _rank(line, lower=lower))
        for line in group[1:]:
            if (p := _welch(group[0].values, line.values)) is not None:
                tested[len(ordered) + group.index(line)] = p
        first = Line(**{**vars(group[0]), "best": bool(group[0].values and len(group) > 1)})
        ordered += [first, *group[1:]]
    corrected = dict(zip(tested, holm(list(tested.values())), strict=True))
    return [Line(**{**vars(line), "p": corrected.get(n)}) for n, line in enumerate(ordered)]


def _rank(line: Line, *, lower: bool) -> tuple[float, float]:
    """Put first what all runs came to, then by the mean: a few survivors are no better."""
    return (1 - len(line.values) / line.runs, line.mean if lower else -line.mean)


def _natural(text: str) -> list[tuple[int, float, str]]:
    """Sort numbers in a text as numbers: depth=10 before depth=100."""
    words = text.replace("=", " ").split()
    return [(0, float(w), "") if w.replace(".", "", 1).isdigit() else (1, 0.0, w) for w in words]


def _welch(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Return Welch's p, or None where a group has one value or neither varies."""
    from scipy.stats import ttest_ind

    if min(len(first), len(second)) < 2 or (stdev(first) == 0 and stdev(second) == 0):
        return None
    return float(ttest_ind(first, second, equal_var=False).pvalue)


def holm(ps: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number (Holm, 1979).

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(ps)), key=lambda place: ps[place])
    corrected, highest = [0.0] * len(ps), 0.0
    for rank, place in enumerate(order):
        highest = max(highest, min(1.0, (len(ps) - rank) * ps[place]))
        corrected[place] = highest
    return corrected
