"""Each unit has a stated number of connections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from initlab.init.matrices import as_matrices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Connections"]


@dataclass(frozen=True)
class Connections:
    """`count` of each unit's weights are not zero.

    Args:
        count: how many.
        of: "outputs" for the weights that come into each output, "inputs" for those that leave
            each input.
    """

    count: int
    of: str = "outputs"

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return another count that was found."""
        axis = 2 if self.of == "outputs" else 1
        for drawn in draws:
            found = (as_matrices(drawn, spec) != 0).sum(axis=axis)
            if (found != self.count).any():
                other = found[found != self.count][0]
                return f"has {other} connections at one of its {self.of}, not {self.count}"
        return None
