"""The largest singular value is stated."""

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

__all__ = ["LargestSingular"]


@dataclass(frozen=True)
class LargestSingular:
    """Each matrix, outputs x everything else, has the largest singular value `value`."""

    value: float = 1.0

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return another value that was found."""
        for drawn in draws:
            found = np.linalg.svd(as_matrices(drawn, spec), compute_uv=False)[:, 0]
            worst = float(found[np.argmax(np.abs(found - self.value))])
            if abs(worst - self.value) > rounding(spec) * self.value:
                return f"has the largest singular value {worst:.6g}, not {self.value:g}"
        return None
