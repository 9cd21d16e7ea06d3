"""The size of the signal as it leaves each block, beside what theory foretold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.probes.probe import Probe, Reading, Snapshot, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SignalRMS"]


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
        for path, output in snapshot.activations.items():
            found = float(np.sqrt(np.mean(np.square(output, dtype=np.float64))))
            foretold = snapshot.foretold.get(path)
            if foretold is None:
                yield Reading("signal_rms", path, found)
            else:
                yield Reading("signal_rms", path, found, foretold.value, foretold.error)
