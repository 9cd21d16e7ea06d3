"""How large the entries of weights and gradients are: a histogram for each role."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.probes import Snapshot

__all__ = ["EDGES", "KINDS", "magnitudes"]

EDGES = np.linspace(-10, 4, 71)  # of log10 |entry|: five bins a decade
KINDS = ("values", "gradients")
SAMPLE = 4096  # entries of an array, evenly spaced, which show its histogram well enough


def magnitudes(snapshot: Snapshot, roles: Mapping[str, str]) -> dict[tuple[str, str], np.ndarray]:
    """Return the share of entries in each bin of log10 |entry|, by (role, kind).

    Zeros are in no bin: the shares sum to the share of entries that are none.

    Args:
        snapshot: a net at one step.
        roles: of the parameters, by path.

    >>> import numpy as np
    >>> from initlab.probes import Snapshot
    >>> found = magnitudes(Snapshot(0, {"w": np.array([0.0, 0.1001, 1.01, 1.02])}), {"w": "weight"})
    >>> shares = found["weight", "values"]
    >>> [float(share) for share in shares[shares > 0]]
    [0.25, 0.5]
    """
    counted: dict[tuple[str, str], tuple[np.ndarray, int]] = {}
    for kind, arrays in zip(KINDS, (snapshot.weights, snapshot.gradients), strict=True):
        for path, array in arrays.items():
            if path in roles:
                key, (counts, size) = (roles[path], kind), _count(array)
                before, seen = counted.get(key, (0, 0))
                counted[key] = (before + counts, seen + size)
    return {key: counts / size for key, (counts, size) in counted.items() if size}


def _count(array: np.ndarray) -> tuple[np.ndarray, int]:
    """Count a sample of the entries, weighted so that large arrays count as large."""
    flat = np.ravel(array)
    sample = np.abs(flat[:: max(1, flat.size // SAMPLE)])
    with np.errstate(divide="ignore", invalid="ignore"):
        counts = np.histogram(np.log10(sample[np.isfinite(sample)]), EDGES)[0]
    return counts * (flat.size / max(1, sample.size)), flat.size
