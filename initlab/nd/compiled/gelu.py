"""The Gaussian error linear unit and its slope: `nd.gelu`'s formulas in one loop."""

from __future__ import annotations

from functools import partial
from math import log, pi, sqrt
from typing import Any

import numpy as np

from initlab.nd.compiled.exponential import F32, VECTOR, exp, kernel
from initlab.nd.threads import in_shares

__all__ = ["gelu"]

f = np.float32
HALF_LOG = f(log(sqrt(2 * pi)))
PIECE = 2**16


def gelu(x: np.ndarray, c: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Return x Phi and its slope Phi + x phi.

    Args:
        x: any shape.
        c: coefficients of an odd polynomial p, with which Phi(x) is 1 / (1 + e^-2p(x)).
        reach: beyond it Phi is 0 or 1.
    """
    y, slope = np.empty_like(x), np.empty_like(x)
    flat = x.reshape(-1), y.reshape(-1), slope.reshape(-1)
    in_shares(partial(_share, flat, c, f(reach)), range(0, x.size, PIECE))
    return y, slope


def _share(flat: tuple[np.ndarray, ...], c: np.ndarray, reach: np.float32, starts: range) -> None:
    _gelu(*(array[starts.start : starts.stop] for array in flat), c, reach)


@kernel(VECTOR, VECTOR, VECTOR, VECTOR, F32)
def _gelu(x: Any, y: Any, slope: Any, c: Any, reach: Any) -> None:
    for k in range(x.size):
        v = min(max(x[k], -reach), reach)
        q = v * v
        p = c[6] * q + c[5]
        p = p * q + c[4]
        p = p * q + c[3]
        p = p * q + c[2]
        p = p * q + c[1]
        p = (p * q + c[0]) * v
        tail = f(1) / (f(1) + exp(f(2) * abs(p))) if abs(x[k]) < reach else f(0)
        phi = tail if p < f(0) else f(1) - tail
        y[k] = x[k] * phi
        slope[k] = phi + v * exp(f(-0.5) * q - HALF_LOG)
