"""A line of the leaderboard: one initializer under one condition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Line"]


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
