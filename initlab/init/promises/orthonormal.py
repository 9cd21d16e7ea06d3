"""The short side of every matrix is orthonormal, times a scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import as_matrices
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
        of_axis_0: whether W is (axis 0, everything else) instead of the layer's own maps.
    """

    scale: float = 1.0
    of_axis_0: bool = False

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return how far a Gram matrix is off."""
        for drawn in draws:
            flat = self.of_axis_0
            w = drawn.reshape(1, len(drawn), -1) if flat else as_matrices(drawn, spec)
            w = w / self.scale
            if w.shape[1] > w.shape[2]:
                w = np.swapaxes(w, 1, 2)
            off = float(np.abs(w @ np.swapaxes(w, 1, 2) - np.eye(w.shape[1])).max())
            if off > rounding(spec):
                return f"is not orthonormal: its Gram matrix is {off:.2g} from the identity"
        return None
