"""3x3 convolution with a quarter of the multiplications, by interpolation (Winograd 1980).

A product of polynomials is known from its values at six points. So four neighbouring outputs of a
kernel of three cost six products, y = A'[(G w) * (B d)] with d the six inputs (Lavin and Gray 2016;
A' is A transposed, B is their B transposed), and 4x4 outputs of a 3x3 kernel 36 in place of 144:
rows are transformed, then columns, together by one 36x36 matrix. The products become those of
matrices over the channels. The points 0, 2/3, -2/3, 3/2, -3/2 and infinity round less than half as
much as the usual 0, 1, -1, 2, -2: the result has about three times the direct sum's rounding.

Arrays here lie (n, rows, columns, channels).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from initlab.nd.windows import grown

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["winograd_apply", "winograd_correlate"]

POINTS = (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)  # the sixth is infinity: the last row of each matrix
STEP, KERNEL = 4, 3
TILE = STEP + KERNEL - 1


def _interpolation() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return A (6, 4), G (6, 3) and B (6, 6), by Lagrange's formula."""
    points = np.array(POINTS)
    others = [np.delete(points, i) for i in range(len(points))]
    scale = [np.prod(point - rest) for point, rest in zip(points, others, strict=True)]
    A = np.vander(points, STEP, increasing=True)
    G = np.vander(points, KERNEL, increasing=True) / np.array(scale)[:, None]
    B = [np.append(np.poly(rest)[::-1], 0) for rest in others]
    return (
        np.vstack([A, np.eye(STEP)[-1]]),
        np.vstack([G, np.eye(KERNEL)[-1]]),
        np.vstack([*B, np.poly(points)[::-1]]),
    )


OUTPUT, WEIGHT, INPUT = (np.kron(M, M) for M in _interpolation())  # (36, 16), (36, 9), (36, 36)


def winograd_apply(x: np.ndarray, W: np.ndarray, pad: tuple[int, ...]) -> np.ndarray:
    """Return the convolution (n, rows, columns, out) of x with W of shape (out, channels, 3, 3)."""
    dtype, out = np.result_type(x, W), len(W)
    inputs, size = _tiles(x, pad)
    _, _, n, down, across, channels = inputs.shape
    y = np.empty((n, down * STEP, across * STEP, out), dtype)
    outputs = _cut(y, STEP, down, across)
    U = WEIGHT.astype(dtype) @ W.reshape(-1, KERNEL * KERNEL).T
    U = U.reshape(-1, out, channels).swapaxes(1, 2)
    forth, back = INPUT.astype(dtype), OUTPUT.T.astype(dtype)
    for part in _parts(n, down, across, 16):
        d = inputs[:, :, *part]
        V = forth @ d.reshape(TILE * TILE, -1)
        M = V.reshape(TILE * TILE, -1, channels) @ U
        Y = back @ M.reshape(TILE * TILE, -1)
        outputs[:, :, *part] = Y.reshape(STEP, STEP, *d.shape[2:5], out)
    return y[:, : size[0], : size[1]]


def winograd_correlate(x: np.ndarray, g: np.ndarray, pad: tuple[int, ...]) -> np.ndarray:
    """Return the gradient (out, channels, 3, 3) of the weight from that of the output, g."""
    dtype, out = np.result_type(x, g), g.shape[-1]
    inputs, _ = _tiles(x, pad)
    _, _, n, down, across, channels = inputs.shape
    outputs = _cut(grown(g, (0, 0), (down * STEP, across * STEP)), STEP, down, across)
    forth, back = INPUT.astype(dtype), OUTPUT.astype(dtype)
    U: Any = 0
    for part in _parts(n, down, across, 64):
        V = forth @ inputs[:, :, *part].reshape(TILE * TILE, -1)
        M = back @ outputs[:, :, *part].reshape(STEP * STEP, -1)
        M = M.reshape(TILE * TILE, -1, out).swapaxes(1, 2)
        U = U + M @ V.reshape(TILE * TILE, -1, channels)
    W: np.ndarray = WEIGHT.T.astype(dtype) @ U.reshape(TILE * TILE, -1)
    return W.T.reshape(out, channels, KERNEL, KERNEL)


def _tiles(x: np.ndarray, pad: tuple[int, ...]) -> tuple[np.ndarray, tuple[int, ...]]:
    """Return x, padded up to whole tiles, as overlapping tiles, and the size of the output."""
    size = tuple(s + 2 * p - KERNEL + 1 for s, p in zip(x.shape[1:3], pad, strict=True))
    down, across = (-(-s // STEP) for s in size)
    whole = (down * STEP + KERNEL - 1, across * STEP + KERNEL - 1)
    return _cut(grown(x, pad, whole), TILE, down, across), size


def _cut(x: np.ndarray, tile: int, down: int, across: int) -> np.ndarray:
    """Return a view (tile, tile, n, down, across, channels): a tile at every fourth place."""
    sample, row, column, channel = x.strides
    shape = (tile, tile, len(x), down, across, x.shape[-1])
    return as_strided(x, shape, (row, column, sample, STEP * row, STEP * column, channel))


def _parts(n: int, down: int, across: int, tiles: int) -> Iterator[tuple[slice, slice]]:
    """Cut n images of down x across tiles into parts of about so many: they stay in the cache."""
    rows = min(down, max(1, tiles // across))
    images = max(1, tiles // (rows * across))
    for i in range(0, n, images):
        for j in range(0, down, rows):
            yield slice(i, i + images), slice(j, j + rows)
