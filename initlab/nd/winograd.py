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

from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from initlab.nd.threads import LARGE, Result, in_shares, threads
from initlab.nd.windows import Scratch, cropped, grown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["winograd_apply", "winograd_correlate"]

POINTS = (0, 2 / 3, -2 / 3, 3 / 2, -3 / 2)  # the sixth is infinity: the last row of each matrix
STEP, KERNEL = 4, 3
TILE = STEP + KERNEL - 1
TILES = 64  # that are transformed at a time: they stay in the cache
AMONG_THREADS = 128  # likewise: longer calls wait less for the interpreter


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


def winograd_apply(
    x: np.ndarray,
    W: np.ndarray,
    b: np.ndarray | None,
    pad: tuple[int, ...],
    finish: Callable[[np.ndarray], Any] | None,
) -> np.ndarray:
    """Return the convolution (n, rows, columns, out) of x with W of shape (out, channels, 3, 3).

    Args:
        x: (n, rows, columns, channels).
        W: (out, channels, 3, 3).
        b: (out,), added, or None.
        pad: zeros around rows and columns.
        finish: changes outputs (..., out) in place in the end.
    """
    dtype, (out, channels) = np.result_type(x, W), W.shape[:2]
    size = tuple(s + 2 * p - KERNEL + 1 for s, p in zip(x.shape[1:3], pad, strict=True))
    y = np.empty((len(x), *_whole(size), out), dtype)
    U = WEIGHT.astype(dtype) @ W.reshape(-1, KERNEL * KERNEL).T
    U = np.ascontiguousarray(U.reshape(-1, out, channels).swapaxes(1, 2))
    _shared(partial(_apply, x, U, b, pad, size, finish, y), len(x), size, U[0].size)
    return y[:, : size[0], : size[1]]


def _apply(
    x: np.ndarray,
    U: np.ndarray,
    b: np.ndarray | None,
    pad: tuple[int, ...],
    size: tuple[int, ...],
    finish: Callable[[np.ndarray], Any] | None,
    y: np.ndarray,
    images: range,
) -> None:
    """Write the outputs of some images; a bias is one row more of what becomes the outputs."""
    _, channels, out = U.shape
    outputs, room = _cut(y, STEP), Scratch(y.dtype)
    forth, back = INPUT.astype(y.dtype), np.ones((STEP * STEP, TILE * TILE + 1), y.dtype)
    back[:, :-1] = OUTPUT.T
    for part, d in _parts(x, pad, size, images):
        tiles = d.size // (TILE * TILE * channels)
        V = room("V", TILE * TILE, tiles * channels)
        np.matmul(forth, room.copied("d", d, TILE * TILE, tiles * channels), out=V)
        M = room("M", TILE * TILE + 1, tiles, out)
        np.matmul(V.reshape(-1, tiles, channels), U, out=M[:-1])
        M[-1] = 0 if b is None else b
        Y = room("Y", STEP * STEP, tiles * out)
        np.matmul(back, M.reshape(TILE * TILE + 1, -1), out=Y)
        if finish is not None:
            finish(Y)
        outputs[:, :, *part] = Y.reshape(STEP, STEP, *d.shape[2:5], out)


def winograd_correlate(x: np.ndarray, g: np.ndarray, pad: tuple[int, ...]) -> np.ndarray:
    """Return the gradient (out, channels, 3, 3) of the weight from that of the output, g."""
    channels, out, size = x.shape[-1], g.shape[-1], g.shape[1:3]
    tiled = grown(g, (0, 0), _whole(size))
    shares = _shared(partial(_correlate, x, tiled, pad, size), len(x), size, channels * out)
    U = np.sum(shares, axis=0)
    W: np.ndarray = WEIGHT.T.astype(U.dtype) @ U.reshape(TILE * TILE, -1)
    return W.T.reshape(out, channels, KERNEL, KERNEL)


def _correlate(
    x: np.ndarray, g: np.ndarray, pad: tuple[int, ...], size: tuple[int, ...], images: range
) -> np.ndarray:
    """Return the part of some images in the gradient of the transformed weight."""
    dtype, channels, out = np.result_type(x, g), x.shape[-1], g.shape[-1]
    outputs = _cut(g, STEP)
    forth, back, room = INPUT.astype(dtype), OUTPUT.astype(dtype), Scratch(dtype)
    U = np.zeros((TILE * TILE, out, channels), dtype)
    for part, d in _parts(x, pad, size, images):
        tiles = d.size // (TILE * TILE * channels)
        V = room("V", TILE * TILE, tiles * channels)
        np.matmul(forth, room.copied("d", d, TILE * TILE, tiles * channels), out=V)
        M, h = room("M", TILE * TILE, tiles * out), outputs[:, :, *part]
        np.matmul(back, room.copied("h", h, STEP * STEP, tiles * out), out=M)
        M = M.reshape(-1, tiles, out).swapaxes(1, 2)
        U += np.matmul(M, V.reshape(-1, tiles, channels), out=room("U", *U.shape))
    return U


def _whole(size: tuple[int, ...]) -> tuple[int, ...]:
    """Return the size of the tiles that cover outputs of a size."""
    return tuple(-(-n // STEP) * STEP for n in size)


def _cut(x: np.ndarray, tile: int) -> np.ndarray:
    """Return a view (tile, tile, n, down, across, channels): a tile at every fourth place."""
    n, *size, channels = x.shape
    sample, row, column, channel = x.strides
    down, across = ((length - tile) // STEP + 1 for length in size)
    shape = (tile, tile, n, down, across, channels)
    return as_strided(x, shape, (row, column, sample, STEP * row, STEP * column, channel))


def _shared(
    work: Callable[[range], Result], n: int, size: tuple[int, ...], weight: int
) -> list[Result]:
    """Return what `work` makes of n images, by all threads if it is much for a weight so large.

    It is told where the pieces begin that are transformed at a time.
    """
    down, across = (side // STEP for side in _whole(size))
    images = range(0, n, max(1, _tiles() // (down * across)))
    much = n * down * across * TILE * TILE * weight >= LARGE
    return in_shares(work, images) if much else [work(images)]


def _tiles() -> int:
    return TILES if threads.now == 1 else AMONG_THREADS


def _parts(
    x: np.ndarray, pad: tuple[int, ...], size: tuple[int, ...], images: range
) -> Iterator[tuple[tuple[slice, slice], np.ndarray]]:
    """Yield the tiles of the padded input, some images or rows of tiles of one at a time.

    Each with its place among the images and the rows of tiles: (6, 6, images, rows, across, c).
    """
    whole = tuple(n + KERNEL - 1 for n in _whole(size))
    down, across = (n // STEP for n in _whole(size))
    rows = min(down, max(1, _tiles() // across))
    around = np.zeros((min(images.step, len(x)), *whole, x.shape[-1]), x.dtype)
    for i in images:
        some = x[i : i + images.step]
        cropped(around[: len(some)], pad, x.shape[1:3])[...] = some
        cut = _cut(around[: len(some)], TILE)
        for j in range(0, down, rows):
            yield (slice(i, i + images.step), slice(j, j + rows)), cut[:, :, :, j : j + rows]
