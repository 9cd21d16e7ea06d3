"""Moments of each parameter, the drawn deviation held against the claimed one."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

from initlab.probes.moments import moments
from initlab.probes.probe import Claim, Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WeightMoments"]


@dataclass(frozen=True)
class WeightMoments(Probe):
    """Mean, std, min, max, L2 norm and share of zeros of each parameter.

    At initialization the std stands beside the one that the initializer claims; its standard
    error is sigma * sqrt((kurtosis - 1) / (4 N)), the delta method on the sample variance.
    """

    headlines = ("weight_std",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield six readings a parameter."""
        for path, weight in snapshot.weights.items():
            claim = snapshot.claims.get(path)
            for name, value in moments(weight)._asdict().items():
                if name == "std" and claim is not None:
                    error = standard_error(claim, weight.size)
                    yield Reading("weight_std", path, value, claim.std, error)
                else:
                    yield Reading(f"weight_{name}", path, value)


def standard_error(claim: Claim, size: int) -> float | None:
    """Return the standard error of the sample std of `size` independent draws."""
    if claim.kurtosis is None:
        return None
    return claim.std * sqrt(max(claim.kurtosis - 1, 0) / (4 * size))
