"""What one step of an LSTM does to each unit after its product, in place.

All gates are one tanh, for sigmoid(z) = 1/2 + tanh(z / 2) / 2. The slope of a sigmoid y is y - y²,
that of a tanh 1 - y².
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["LstmStep", "each_gate"]


class LstmStep:
    """A step of so many samples and units, there and back."""

    def __init__(self, n: int, width: int, dtype: Any) -> None:
        self.width, self.room = width, np.empty((n, width), dtype)
        self.wide = np.empty((n, 4 * width), dtype)
        self.scale = each_gate(n, width, (0.5, 0.5, 1, 0.5), dtype)
        self.shift = each_gate(n, width, (0.5, 0.5, 0, 0.5), dtype)
        self.constant = each_gate(n, width, (0, 0, 1, 0), dtype)
        self.linear = 1 - self.constant

    def forward(self, z: Any, before: Any, cell: Any, steep: Any, y: Any) -> None:
        """Make z, halved for all but u, the gates; write the new cell, its tanh and the output."""
        np.tanh(z, out=z)
        z *= self.scale
        z += self.shift
        i, f, u, o = _gates(z, self.width)
        np.multiply(f, before, out=cell)
        cell += np.multiply(i, u, out=self.room)
        np.multiply(o, np.tanh(cell, out=steep), out=y)

    def backward(
        self, g: Any, dh: Any, dc: Any, gates: Any, before: Any, steep: Any, dz: Any
    ) -> None:
        """Write the gradient of the step's product, and make dc that of the cell before."""
        (i, f, u, o), (di, df, du, do) = _gates(gates, self.width), _gates(dz, self.width)
        dh += g
        np.multiply(dh, steep, out=do)
        dh *= o
        square = np.multiply(steep, steep, out=self.room)
        dh *= np.subtract(1, square, out=square)
        dc += dh
        np.multiply(dc, u, out=di)
        np.multiply(dc, before, out=df)
        np.multiply(dc, i, out=du)
        dc *= f
        slope = np.subtract(self.linear, gates, out=self.wide)
        slope *= gates
        slope += self.constant
        dz *= slope


def _gates(z: np.ndarray, width: int) -> tuple[np.ndarray, ...]:
    """Return the columns of i, f, u, o as views."""
    return tuple(z[:, k : k + width] for k in range(0, 4 * width, width))


def each_gate(n: int, width: int, values: tuple[float, ...], dtype: Any) -> np.ndarray:
    """Return (n, 4 width) with one value for each gate."""
    return np.tile(np.repeat(np.array(values, dtype), width), (n, 1))
