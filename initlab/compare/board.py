"""A leaderboard over seeds: means with their errors, and which differences are shown."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
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
BEST, AHEAD, NONE = "best", "ahead, untested", "none trained"


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
        verdict: in words: the best, or how it stands to the best.
    """

    row: str
    condition: str
    runs: int
    values: Sequence[float]
    losses: Sequence[float]
    trained: int | None
    crossings: Sequence[int]
    p: float | None = None
    verdict: str = "-"

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
    tested = _tested(lines, lower=lower)
    tests = sum(line.p is not None for line in tested)
    return Board(metric, below, tested, tests, below_is_half=not told)


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


def _tested(lines: Sequence[Line], *, lower: bool) -> list[Line]:
    """Return the lines in order, each tested against the best of its condition."""
    conditions = sorted({line.condition for line in lines}, key=_natural)
    groups = [
        sorted(
            (line for line in lines if line.condition == condition),
            key=lambda line: _rank(line, lower=lower),
        )
        for condition in conditions
    ]
    raw = [_against_first(group) for group in groups]
    corrected = iter(holm([p for ps in raw for p in ps if p is not None]))
    tested: list[Line] = []
    for group, ps in zip(groups, raw, strict=True):
        fixed = [None if p is None else next(corrected) for p in ps]
        verdicts = _verdicts(group, fixed)
        tested += [
            replace(line, p=p, verdict=verdict)
            for line, p, verdict in zip(group, fixed, verdicts, strict=True)
        ]
    return tested


def _against_first(group: Sequence[Line]) -> list[float | None]:
    """Return Welch's p of each line against the first; None where there is nothing to test."""
    if not _trained(group):
        return [None] * len(group)
    return [None, *(_welch(group[0].values, line.values) for line in group[1:])]


def _trained(group: Sequence[Line]) -> bool:
    """Return whether any run of a condition trained; where the record can't tell, they may have."""
    return any(line.trained is None or line.trained > 0 for line in group)


def _verdicts(group: Sequence[Line], ps: Sequence[float | None]) -> list[str]:
    """Say of each line how it stands to the first; a lone line stands to nobody."""
    if not _trained(group):
        return [NONE] * len(group)
    if len(group) == 1 or not group[0].values:
        return ["-"] * len(group)
    first = AHEAD if all(p is None for p in ps) else BEST
    return [first, *(_told(p) for p in ps[1:])]


def _told(p: float | None) -> str:
    return "-" if p is None else f"{'differs' if p < ALPHA else 'not shown'} (p={p:.2g})"


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
