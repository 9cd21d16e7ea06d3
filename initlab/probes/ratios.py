"""Norms of gradients or updates relative to the norm of the weights they move."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.probes.moments import norm
from initlab.probes.probe import Probe, Reading, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import numpy as np

__all__ = ["GradientToWeight", "UpdateToWeight"]


@dataclass(frozen=True)
class GradientToWeight(Probe):
    """The L2 norm of the gradient over that of the parameter (Kraehenbuehl et al., 2015)."""

    headlines = ("grad_to_weight",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield one reading a parameter whose weights are not all zero."""
        return _ratios("grad_to_weight", snapshot.gradients, snapshot.weights)


@dataclass(frozen=True)
class UpdateToWeight(Probe):
    """The L2 norm of the optimizer's actual step over the parameter's; about 1e-3 is usual."""

    headlines = ("update_to_weight",)

    def measure(self, snapshot: Snapshot) -> Iterator[Reading]:
        """Yield one reading a parameter whose weights are not all zero."""
        return _ratios("update_to_weight", snapshot.updates, snapshot.weights)


def _ratios(
    statistic: str, above: Mapping[str, np.ndarray], weights: Mapping[str, np.ndarray]
) -> Iterator[Reading]:
    for path, array in above.items():
        scale = norm(weights[path])
        if scale > 0:  # a zero bias has no scale to compare with
            yield Reading(statistic, path, norm(array) / scale)
