"""The size of what comes to each block, forwards and backwards, beside what theory foretold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.probes.probe import Probe, Reading, Snapshot, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from initlab.probes.probe import Foretold

__all__ = ["GradientRMS", "SignalRMS"]


@dataclass(frozen=True)
class SignalRMS(Probe):
    """Root mean square of each block's output, at initialization beside mean field theory's.

    The standard error is that of a net of this width, from draw to draw (Hanin & Rolnick, 2018).
    Blocks that theory knows nothing of, and nets that a calibrator adjusted, go without.
    """

    over = Subject.blocks
    headlines = ("signal_rms",)
    asks_theory = True

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield one reading a block."""
        return _beside("signal_rms", snapshot.activations, snapshot.foretold)


@dataclass(frozen=True)
class GradientRMS(Probe):
    """Root mean square of the loss's gradient at each block's output, beside mean field theory's.

    Theory starts from the gradient that is measured at the net's output. The standard error is
    that of one sample's gradient, from draw to draw; over a batch it is at most that.
    """

    over = Subject.blocks
    headlines = ("gradient_rms",)
    asks_theory = True

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield one reading a block that a gradient comes to."""
        return _beside("gradient_rms", snapshot.signals, snapshot.foretold_gradients)


def _beside(
    statistic: str, found: Mapping[str, np.ndarray], foretold: Mapping[str, Foretold]
) -> Iterator[Reading]:
    for path, array in found.items():
        size = float(np.sqrt(np.mean(np.square(array, dtype=np.float64))))
        told = foretold.get(path)
        if told is None:
            yield Reading(statistic, path, size)
        else:
            yield Reading(statistic, path, size, told.value, told.error)
