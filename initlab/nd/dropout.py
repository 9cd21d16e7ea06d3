"""Dropout (Srivastava et al. 2014): values set to zero at random, the others scaled up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, is_training, unwrap
from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["dropout"]


def dropout(x: Any, p: float, rng: np.random.Generator, axes: Sequence[int] = ()) -> Any:
    """Return `x` with a share `p` of the values dropped and the rest divided by 1 - p.

    Only while `autograd.is_training()`; otherwise `x` itself.

    Args:
        x: any shape.
        p: the probability of dropping, in [0, 1).
        rng: where the choice comes from.
        axes: axes along which one choice holds for all.

    Raises:
        BadValueError: when p is outside [0, 1).

    >>> from initlab.autograd import train_mode
    >>> with train_mode():
    ...     kept = dropout(np.ones(8), 0.5, np.random.default_rng(0))
    >>> sorted(set(kept.tolist()))
    [0.0, 2.0]
    """
    if not 0 <= p < 1:
        raise BadValueError(f"A dropout rate must be at least 0 and less than 1, but got {p}.")
    if p == 0 or not is_training():
        return x
    array: np.ndarray = unwrap(x)
    shape = tuple(1 if i in axes else n for i, n in enumerate(array.shape))
    keep = rng.random(shape, np.float32) >= p
    return np.multiply(x, Tensor(keep.astype(array.dtype) * array.dtype.type(1 / (1 - p))))
