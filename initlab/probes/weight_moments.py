"""Moments of each parameter, the drawn deviation held against the claimed one."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from initlab.probes.moments import Moments, moments
from initlab.probes.probe import Claim, Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WeightMoments"]


@dataclass(frozen=True)
class WeightMoments(Probe):
    """Mean, std, min, max, L2 norm and share of zeros of each parameter.

    At initialization the std stands beside the one that the initializer claims; its standard
    error is sigma * sqrt((kurtosis - 1) / (4 N)), the delta method on the sample variance, and
    no less than what rounding does to the largest element: a constant has no spread but that.
    """

    headlines = ("weight_std",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield six readings a parameter."""
        for path, weight in snapshot.weights.items():
            claim, found = snapshot.claims.get(path), moments(weight)
            for name, value in found._asdict().items():
                if name == "std" and claim is not None:
                    error = _standard_error(claim, weight, found)
                    yield Reading("weight_std", path, value, claim.std, error)
                else:
                    yield Reading(f"weight_{name}", path, value)


def _standard_error(claim: Claim, weight: np.ndarray, found: Moments) -> float | None:
    """Return the standard error of the sample std of `weight.size` independent draws."""
    if claim.kurtosis is None:
        return None
    rounding = float(np.finfo(weight.dtype).eps) * max(-found.min, found.max)
    return max(claim.std * sqrt(max(claim.kurtosis - 1, 0) / (4 * weight.size)), rounding)
