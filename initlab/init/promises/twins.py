"""Two equal maps side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initlab.init.matrices import as_matrices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Twins"]


@dataclass(frozen=True)
class Twins:
    """Outputs whose halves are equal, inputs whose halves cancel, or two equal maps apart."""

    sides: str = "both"

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return which half is none."""
        for drawn in draws:
            w = as_matrices(drawn, spec)
            w = w.reshape(*w.shape[:2], spec.inputs, spec.receptive)
            rows, columns = w.shape[1] // 2, w.shape[2] // 2
            if self.sides == "outputs" and (w[:, :rows] != w[:, rows:]).any():
                return "has outputs whose second half is not the first"
            if self.sides == "inputs" and (w[:, :, :columns] != -w[:, :, columns:]).any():
                return "has inputs whose second half is not the first's negative"
            if self.sides == "both":
                first, second = w[:, :rows, :columns], w[:, rows:, columns:]
                across = w[:, :rows, columns:].any() or w[:, rows:, :columns].any()
                if across or (first != second).any():
                    return "has halves that are connected, or not equal"
        return None
