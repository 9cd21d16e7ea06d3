"""Blocks that are each other's negatives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initlab.init.matrices import as_matrices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Mirrored"]


@dataclass(frozen=True)
class Mirrored:
    """The second half of the outputs (and, or, of the inputs) is the negative of the first."""

    outputs: bool = True
    inputs: bool = True

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return which half is none."""
        for drawn in draws:
            w = as_matrices(drawn, spec)
            w = w.reshape(*w.shape[:2], spec.inputs, spec.receptive)
            for axis, side, claimed in ((1, "outputs", self.outputs), (2, "inputs", self.inputs)):
                half = w.shape[axis] // 2
                first, second = w.take(range(half), axis), w.take(range(half, 2 * half), axis)
                if claimed and (first != -second).any():
                    return f"has {side} whose second half is not the first's negative"
        return None
