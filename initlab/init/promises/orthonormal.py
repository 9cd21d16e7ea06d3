"""The short side of every matrix is orthonormal, times a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import seen_as
from initlab.init.promises.rounding import rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Orthonormal"]


@dataclass(frozen=True)
class Orthonormal:
    """W W' (or W' W, whichever is smaller) is scale^2 times the identity, to rounding.

    Args:
        scale: the length of the orthogonal vectors.
        seen: the spec of the matrices that are meant, where these are not the layer's own maps.
    """

    scale: float = 1.0
    seen: ParameterSpec | None = None

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return how far a Gram matrix is off."""
        for drawn in draws:
            w = seen_as(self.seen or spec, drawn) / self.scale
            if w.shape[1] > w.shape[2]:
                w = np.swapaxes(w, 1, 2)
            off = float(np.abs(w @ np.swapaxes(w, 1, 2) - np.eye(w.shape[1])).max())
            if off > rounding(spec):
                return f"is not orthonormal: its Gram matrix is {off:.2g} from the identity"
        return None
