"""Uniform over all matrices with orthonormal rows or columns."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import seen_as

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Haar"]

STANDARD_ERRORS = 6.0


@dataclass(frozen=True)
class Haar:
    """The first moments of the Haar law, within six standard errors of the draws.

    With n the longer side and m the shorter one, E tr W = 0, E (tr W)^2 = scale^2 m / n, E w^4 =
    3 scale^4 / (n (n + 2)). QR without the sign of R's diagonal fails the first.

    Args:
        scale: the length of the orthogonal vectors.
        seen: the spec of the matrices that are meant, where these are not the layer's own maps.
    """

    scale: float = 1.0
    seen: ParameterSpec | None = None

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return which moment is off."""
        w = np.concatenate([seen_as(self.seen or spec, drawn) for drawn in draws]) / self.scale
        n, m = max(w.shape[1:]), min(w.shape[1:])
        trace = np.trace(w, axis1=1, axis2=2)
        moments = {
            "E tr W": (trace, 0.0),
            "E (tr W)^2": (trace**2, m / n),
            "E w^4": ((w**4).mean(axis=(1, 2)), 3 / (n * (n + 2))),
        }
        for name, (sample, expected) in moments.items():
            error = float(sample.std()) / sqrt(len(sample)) + 1e-4 * expected
            if abs(sample.mean() - expected) > STANDARD_ERRORS * error:
                return f"is not Haar: {name} is {sample.mean():.4g}, not {expected:.4g}"
        return None
