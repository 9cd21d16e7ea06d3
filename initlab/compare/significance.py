"""Which differences between the lines of a condition are shown: Welch's test, Holm's correction."""

from __future__ import annotations

from dataclasses import replace
from statistics import stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.compare.line import Line

__all__ = ["AHEAD", "ALPHA", "NONE", "holm", "tested"]

ALPHA = 0.05
BEST, AHEAD, NONE = "best", "ahead, untested", "none trained"


def tested(lines: Sequence[Line], *, lower: bool) -> list[Line]:
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
    told: list[Line] = []
    for group, ps in zip(groups, raw, strict=True):
        fixed = [None if p is None else next(corrected) for p in ps]
        verdicts = _verdicts(group, fixed)
        told += [
            replace(line, p=p, verdict=verdict)
            for line, p, verdict in zip(group, fixed, verdicts, strict=True)
        ]
    return told


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
