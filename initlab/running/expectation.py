"""What theory expects of each block on a batch, for probes to be held against."""

from __future__ import annotations

from math import isfinite, log, sqrt
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from initlab import theory
from initlab.errors import BadValueError
from initlab.probes import Foretold
from initlab.running.levels import flat, levels_of
from initlab.running.staging import stages
from initlab.running.verdict import EXACT, within

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initlab.init import InitPlan
    from initlab.nn import Block

__all__ = ["Expected", "expected", "foretold", "foretold_gradients"]

ROUNDING = 1 + 1e-4  # a factor that float32's sums may be off by


class Expected(NamedTuple):
    """What theory expects of one block: root mean squares, and the factors they are within.

    Args:
        signal: of its output.
        gradient: of the gradient that arrives there, where the net's last block has 1.
        within: the factor by which one draw's signal may be off (one sigma): 1 where nothing is
            drawn before, nan where there is no prediction.
        gradient_within: the factor by which one draw's gradient may be off, likewise.
    """

    signal: float
    gradient: float
    within: float
    gradient_within: float


def expected(net: Block, plan: InitPlan, x: np.ndarray) -> dict[str, Expected]:
    """Return what theory expects of each block on a batch, by path.

    Empty for a net that theory knows nothing of, or whose moments it cannot take.
    """
    try:
        staged = stages(net, plan)
        levels = levels_of(staged, x)
    except (BadValueError, ArithmeticError):
        return {}
    layers = {stage.path: stage for stage in flat(staged) if isinstance(stage, theory.Linear)}
    drawn = [layers.get(level.path) for level in levels]
    found = {}
    for i, level in enumerate(levels):
        signal, gradient = sqrt(level.signal.second_moment), sqrt(level.gradient)
        before = [layer.width for layer in drawn[: i + 1] if layer]
        after = [layer.inputs for layer in drawn[i + 1 :] if layer]
        spread = _off(level.signal.fluctuation, before), _off(level.gradient_fluctuation, after)
        found[level.path] = Expected(signal, gradient, *spread)
        layer = level.path.rpartition(".")[0]
        if layer in layers:  # its activation is what the layer ends in
            found[layer] = found[level.path]
    return found


def _off(fluctuation: float, widths: Sequence[float]) -> float:
    """Return the factor one draw may be off by, at least what theory leaves out.

    That is float32's rounding, and of a signal that fluctuates terms of the order 1 / width.
    """
    factor = within(fluctuation)
    if not widths:
        return factor
    return max(factor, ROUNDING if factor < EXACT else 1 + 1 / (2 * min(widths)))


def foretold(levels: Mapping[str, Expected]) -> dict[str, Foretold]:
    """Return the root mean square that theory expects of each block's output."""
    return {
        path: _told(level.signal, level.within)
        for path, level in levels.items()
        if level.within != 1 and isfinite(level.signal)
    }


def foretold_gradients(
    levels: Mapping[str, Expected], arriving: Mapping[str, np.ndarray]
) -> dict[str, Foretold]:
    """Return the root mean square that theory expects of the gradient at each block's output.

    Theory knows it relative to that at the net's output, which is measured; so the places where
    nothing was drawn between them go without.

    Args:
        levels: what theory expects.
        arriving: the gradients, by the block's path.
    """
    last = next((path for path in reversed(list(levels)) if path in arriving), None)
    if last is None or levels[last].gradient_within != 1:
        return {}
    measured = float(np.sqrt(np.mean(np.square(arriving[last], dtype=np.float64))))
    return {
        path: _told(size, level.gradient_within)
        for path, level in levels.items()
        if level.gradient_within != 1 and isfinite(size := measured * level.gradient)
    }


def _told(size: float, within: float) -> Foretold:
    return Foretold(size, size * log(within) if isfinite(within) else None)
