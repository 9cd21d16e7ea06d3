"""Moments of the gradient of each parameter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.probes.moments import moments
from initlab.probes.probe import Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GradientMoments"]


@dataclass(frozen=True)
class GradientMoments(Probe):
    """Mean, std, min, max, L2 norm and share of zeros of each parameter's gradient."""

    headlines = ("grad_std",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield six readings a parameter that has a gradient."""
        for path, gradient in snapshot.gradients.items():
            for name, value in moments(gradient)._asdict().items():
                yield Reading(f"grad_{name}", path, value)
