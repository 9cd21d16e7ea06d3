"""Each output's weights have a stated sum and a stated length."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import as_matrices
from initlab.init.promises.rounding import rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Rows"]


@dataclass(frozen=True)
class Rows:
    """The weights of each output have this sum, and their squares that one.

    Args:
        sum: of the weights; None claims nothing.
        square_sum: of their squares; None claims nothing.
    """

    sum: float | None = None
    square_sum: float | None = None

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return the sum that is off."""
        for drawn in draws:
            w = as_matrices(drawn, spec)
            length = float(np.linalg.norm(w, axis=2).max())
            off = self._off(w.sum(axis=2), self.sum) / (length * sqrt(w.shape[2]) or 1)
            if off > rounding(spec):
                return f"has rows whose sum is not {self.sum:g}"
            off = self._off((w**2).sum(axis=2), self.square_sum) / (self.square_sum or 1)
            if off > rounding(spec):
                return f"has rows whose squares' sum is not {self.square_sum:g}"
        return None

    @staticmethod
    def _off(found: NDArray[Any], wanted: float | None) -> float:
        return 0.0 if wanted is None else float(np.abs(found - wanted).max())
