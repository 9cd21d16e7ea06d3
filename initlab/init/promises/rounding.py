"""How far rounding may take an exact promise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["rounding"]


def rounding(spec: ParameterSpec) -> float:
    """Return the relative error allowed to values of the spec's precision.

    >>> from initlab.init import ParameterSpec
    >>> rounding(ParameterSpec((2, 2), "float64")) < 1e-12
    True
    """
    return 100 * float(np.finfo(spec.dtype).eps)
