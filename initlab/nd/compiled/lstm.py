"""What one step of an LSTM does to each unit after its product: `nd.lstm_steps`' formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from initlab.nd.compiled.exponential import ROWS, exp, kernel, tanh

__all__ = ["backward", "forward"]

f = np.float32


@njit(inline="always")
def _gates(z: Any, width: Any) -> Any:
    """Return a row's i, f, u, o."""
    return z[:width], z[width : 2 * width], z[2 * width : 3 * width], z[3 * width :]


@njit(inline="always")
def _sigmoid(z: Any) -> None:
    """Make z / 2 the sigmoid of z."""
    for k in range(z.size):
        z[k] = f(1) / (f(1) + exp(f(-2) * z[k]))


@kernel(ROWS, ROWS, ROWS, ROWS, ROWS)
def forward(z: Any, before: Any, cell: Any, steep: Any, y: Any) -> None:
    """Make z, halved for all but u, the gates; write the new cell, its tanh and the output."""
    rows, width = cell.shape
    for r in range(rows):
        i, keep, u, o = _gates(z[r], width)
        _sigmoid(i)
        _sigmoid(keep)
        _sigmoid(o)
        for k in range(width):
            u[k] = tanh(u[k])
        for k in range(width):
            cell[r, k] = keep[k] * before[r, k] + i[k] * u[k]
        for k in range(width):
            steep[r, k] = tanh(cell[r, k])
            y[r, k] = o[k] * steep[r, k]


@kernel(ROWS, ROWS, ROWS, ROWS, ROWS, ROWS, ROWS)
def backward(g: Any, dh: Any, dc: Any, gates: Any, before: Any, steep: Any, dz: Any) -> None:
    """Write the gradient of the step's product, and make dc that of the cell before."""
    rows, width = dc.shape
    for r in range(rows):
        i, keep, u, o = _gates(gates[r], width)
        di, dkeep, du, do = _gates(dz[r], width)
        for k in range(width):
            h, t = dh[r, k] + g[r, k], steep[r, k]
            c = dc[r, k] + h * o[k] * (f(1) - t * t)
            di[k] = c * u[k] * i[k] * (f(1) - i[k])
            dkeep[k] = c * before[r, k] * keep[k] * (f(1) - keep[k])
            du[k] = c * i[k] * (f(1) - u[k] * u[k])
            do[k] = h * t * o[k] * (f(1) - o[k])
            dc[r, k] = c * keep[k]
