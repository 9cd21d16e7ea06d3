"""What a softmax is made of: e^(x - the row's largest), and the row's sum of it, in one reading."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from initlab.nd.compiled.exponential import ROWS, VECTOR, exp, kernel
from initlab.nd.threads import in_shares

__all__ = ["exponentials"]

f = np.float32
PIECE = 2**16


def exponentials(x: np.ndarray, top: np.ndarray, out: Any) -> tuple[np.ndarray, np.ndarray]:
    """Return e^(x - top) of rows (n, classes), in `out` if given, which may be x, and its sums."""
    e, sums = np.empty_like(x) if out is None else out, np.empty_like(top)
    in_shares(partial(_share, x, top, e, sums), range(0, len(x), max(1, PIECE // x.shape[1])))
    return e, sums


def _share(x: np.ndarray, top: np.ndarray, e: np.ndarray, sums: np.ndarray, rows: range) -> None:
    run = slice(rows.start, rows.stop)
    _exponentials(x[run], top[run], e[run], sums[run])


@kernel(ROWS, VECTOR, ROWS, VECTOR)
def _exponentials(x: Any, top: Any, e: Any, sums: Any) -> None:
    rows, n = x.shape
    row = np.empty(n, f)
    for r in range(rows):
        row[:] = x[r]
        total = f(0)
        for k in range(n):
            part = exp(row[k] - top[r])
            e[r, k] = part
            total += part
        sums[r] = total
