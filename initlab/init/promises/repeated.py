"""Runs of equal filters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initlab.init.matrices import as_matrices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Repeated"]


@dataclass(frozen=True)
class Repeated:
    """Each `times` outputs in a row have the same weights."""

    times: int

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return that some have not."""
        for drawn in draws:
            w = as_matrices(drawn, spec)
            runs = w.reshape(len(w), -1, self.times, w.shape[2])
            if (runs != runs[:, :, :1]).any():
                return f"has outputs that differ within a run of {self.times}"
        return None
