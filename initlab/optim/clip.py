"""Gradients held to a length."""

from __future__ import annotations

import warnings
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import unwrap
from initlab.optim.options import positive

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["clip_global_norm"]


def clip_global_norm(arrays: Sequence[Any], max_norm: float, check_isfinite: bool = True) -> float:
    """Shorten arrays in place, all by one factor, to an L2 norm of at most `max_norm` together.

    Pascanu, Mikolov & Bengio (2013).

    Args:
        arrays: Tensors or arrays, such as the gradients of a net.
        max_norm: the length that is allowed.
        check_isfinite: warn of a norm that is no finite number; arrays then stay as they are.

    Returns:
        Their norm before.

    Raises:
        BadValueError: for a length that is not positive.

    >>> gradient = np.array([3.0, 4.0])
    >>> clip_global_norm([gradient], 1.0), gradient.round(6).tolist()
    (5.0, [0.6, 0.8])
    """
    positive("clip_global_norm", max_norm=max_norm)
    live = [unwrap(array) for array in arrays]
    norm = sqrt(sum(float(np.vdot(a, a)) for a in (x.astype(np.float64).ravel() for x in live)))
    if not isfinite(norm):
        if check_isfinite:
            warnings.warn(
                "nan or inf is detected. Clipping results will be undefined.", stacklevel=2
            )
        return norm
    factor = max_norm / (norm + 1e-8)
    if factor < 1:
        for array in live:
            np.multiply(array, factor, out=array)
    return norm
