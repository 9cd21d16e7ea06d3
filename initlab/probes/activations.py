"""How the signal looks as it leaves each block, forward and backward."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.probes.moments import moments
from initlab.probes.probe import Probe, Reading, Snapshot, Subject

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ActivationMoments", "DeadUnits"]


@dataclass(frozen=True)
class ActivationMoments(Probe):
    """Mean and std of each block's output, and the std of the loss gradient arriving there."""

    over = Subject.blocks
    headlines = ("act_std", "signal_grad_std")

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield two or three readings a block."""
        for path, output in snapshot.activations.items():
            forward = moments(output)
            yield Reading("act_mean", path, forward.mean)
            yield Reading("act_std", path, forward.std)
            if path in snapshot.signals:
                yield Reading("signal_grad_std", path, moments(snapshot.signals[path]).std)


@dataclass(frozen=True)
class DeadUnits(Probe):
    """The share of a block's units that are exactly zero on every sample of the batch."""

    over = Subject.blocks
    headlines = ("dead_units",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield one reading a block."""
        for path, output in snapshot.activations.items():
            silent = ~np.any(output, axis=0)
            yield Reading("dead_units", path, float(np.mean(silent)))
