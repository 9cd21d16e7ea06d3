"""What theory expects after each stage of a net, from what is known of its data."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab import theory

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["flat", "levels_of"]


def levels_of(staged: Sequence[theory.Stage], x: np.ndarray) -> list[theory.Level]:
    """Return what theory expects after each stage, of data or a batch x."""
    return theory.predict(staged, _input(x, list(flat(staged))))


def _input(x: np.ndarray, staged: Sequence[theory.Stage]) -> theory.Signal:
    """Return what is known of the data; where a net looks at space, a few inputs as they are."""
    common = 0.0 if any(isinstance(stage, theory.BatchNormalization) for stage in staged) else None
    if x.dtype.kind != "f":
        return theory.Signal(1.0, common=common)
    means = np.mean(x, axis=tuple(range(1, x.ndim)), dtype=np.float64)
    moment, mean = float(np.mean(np.square(x, dtype=np.float64))), sqrt(np.mean(means**2))
    sample = _sample(x, moment) if any(_looks_at_space(stage) for stage in staged) else None
    return theory.Signal(moment, mean, common=common, sample=sample)


def _looks_at_space(stage: theory.Stage) -> bool:
    windowed = isinstance(stage, theory.Linear) and stage.window is not None
    return windowed or isinstance(stage, theory.Pool)


def _sample(x: np.ndarray, moment: float) -> np.ndarray:
    """Return a few inputs, as large on average as all."""
    few = x[: max(4, min(16, 2048 // max(x[0].size, 1)))].astype(np.float64)
    size = np.mean(few**2)
    return few * sqrt(moment / size) if size > 0 else few


def flat(staged: Sequence[theory.Stage]) -> Iterator[theory.Stage]:
    """Yield the stages, those of a residual branch behind its sum."""
    for stage in staged:
        yield stage
        if isinstance(stage, theory.Residual):
            yield from flat(stage.body)
