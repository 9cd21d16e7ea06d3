"""Activation functions composed of other functions, whose rules follow from theirs."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.nd.activations import softplus

__all__ = ["hardtanh", "mish", "softsign"]


def softsign(x: Any) -> Any:
    """Return x / (1 + |x|).

    >>> softsign(np.array([-1.0, 0.0]))
    array([-0.5,  0. ])
    """
    return x / (1 + np.abs(x))


def hardtanh(x: Any) -> Any:
    """Return x cut at -1 and 1.

    >>> hardtanh(np.array([-2.0, 0.5]))
    array([-1. ,  0.5])
    """
    return np.clip(x, -1, 1)


def mish(x: Any) -> Any:
    """Return x tanh(softplus(x)) (Misra 2020).

    >>> print(mish(np.array([0.0])))
    [0.]
    """
    return x * np.tanh(softplus.lifted(x))
