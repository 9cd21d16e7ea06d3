"""A convolution's three sums: matrix products with the windows that the kernel sees as columns.

The columns are made for a few rows of the output at a time, while they are in the cache; for 3x3
kernels over many channels the way is Winograd's.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.nd.slopes import ENDINGS
from initlab.nd.threads import single
from initlab.nd.windows import Geometry, Size, between, chunks, cropped, grown, outside, windows
from initlab.nd.winograd import winograd_apply, winograd_correlate

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["to_input", "to_output", "to_weight"]

IN_PLACE, LEAST = 10**6, 256  # multiplications, columns
SPREAD = 16  # how many times larger the chunks are that are added in place, one call an element


def to_output(x: Any, W: Any, b: Any, how: Geometry, ending: str | None) -> Any:
    """y[n, o, p] = b[o] + the sum over c, k of W[o, c, k] x[n, c, p stride + k dilate - pad]."""
    finish = None if ending is None else ENDINGS[ending].apply
    if _by_winograd(W.shape, how):
        with single():
            return outside(winograd_apply(between(x, True), W, b, how.pad, finish), True)
    outputs, n, groups = how.outputs(x.shape[2:]), len(x), how.groups
    y = np.empty((groups, len(W) // groups, prod(outputs) * n), np.result_type(x, W))
    rows = W.reshape(groups, len(W) // groups, -1)
    shift = None if b is None else b.reshape(groups, -1, 1)
    for at, columns in _columns(x, how, outputs):
        part = _few_rows(rows, columns, y[..., at])
        if shift is not None:
            part += shift
        if finish is not None:
            finish(part)
    return outside(y.reshape(len(W), *outputs, n))


def to_input(g: Any, W: Any, b: Any, size: Size, how: Geometry) -> Any:
    """x[n, c, p stride + k dilate - pad] = b[c] + the sum over o of g[n, o, p] W[o, c, k]."""
    if _by_winograd(W.shape, how):
        flipped = W[:, :, ::-1, ::-1].swapaxes(0, 1)
        pad = tuple(2 - p for p in how.pad)
        with single():
            return outside(winograd_apply(between(g, True), flipped, b, pad, None), True)
    outputs, n, groups = g.shape[2:], len(g), how.groups
    x = np.zeros((W.shape[1] * groups, *_padded(size, how), n), np.result_type(g, W))
    seen = windows(x, how, outputs)
    columns = W.reshape(groups, len(W) // groups, -1).swapaxes(1, 2)
    flat = between(g).reshape(groups, len(W) // groups, -1)
    for rows, at in _positions(outputs, n, seen.size // SPREAD):
        part = _few_rows(columns, flat[..., at])
        count = rows.stop - rows.start
        part = part.reshape(*seen.shape[: 1 + len(size)], count, *outputs[1:], n)
        for k in np.ndindex(*how.kernel):
            seen[:, *k, rows] += part[:, *k]
    if b is not None:
        x += b.reshape(-1, *(1,) * (x.ndim - 1))
    return outside(cropped(x, how.pad, size))


def to_weight(x: Any, g: Any, how: Geometry) -> Any:
    """W[o, c, k] = the sum over n, p of g[n, o, p] x[n, c, p stride + k dilate - pad]."""
    outputs, out, groups = g.shape[2:], g.shape[1], how.groups
    shape = (out, x.shape[1] // groups, *how.kernel)
    if _by_winograd(shape, how):
        with single():
            return winograd_correlate(between(x, True), between(g, True), how.pad)
    flat = between(g).reshape(groups, out // groups, -1)
    W: Any = 0
    for at, columns in _columns(x, how, outputs):
        W = W + _outer(flat[..., at], columns)
    return W.reshape(shape)


def _few_rows(a: np.ndarray, b: np.ndarray, out: Any = None) -> Any:
    """Return the product, in pieces so small that BLAS multiplies them where they lie."""
    if out is None:
        out = np.empty((*a.shape[:-1], b.shape[-1]), np.result_type(a, b))
    width = IN_PLACE // (a.shape[-2] * a.shape[-1])
    if width < LEAST:
        np.matmul(a, b, out=out)
    else:
        for start in range(0, b.shape[-1], width):
            at = slice(start, start + width)
            np.matmul(a, b[..., at], out=out[..., at])
    return out


def _outer(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a bᵀ, or (b aᵀ)ᵀ where b has more rows, which is quicker."""
    if a.shape[1] < b.shape[1]:
        return _outer(b, a).swapaxes(1, 2)
    product: np.ndarray = np.matmul(a, b.swapaxes(1, 2))
    return product


def _by_winograd(weight: Size, how: Geometry) -> bool:
    """Return whether it is a plain 3x3 kernel over enough channels to pay for the transforms."""
    plain = Geometry((3, 3), (1, 1), how.pad, (1, 1), 1)
    return how == plain and max(how.pad) < 3 and min(weight[:2]) >= 16


def _padded(size: Size, how: Geometry) -> Size:
    return tuple(s + 2 * p for s, p in zip(size, how.pad, strict=True))


def _columns(x: np.ndarray, how: Geometry, outputs: Size) -> Iterator[tuple[slice, np.ndarray]]:
    """Yield chunks of flat output positions with their windows as columns, a matrix a group."""
    around = grown(between(x), how.pad, _padded(x.shape[2:], how))
    seen = windows(around, how, outputs)
    depth = x.shape[1] // how.groups * prod(how.kernel)
    every = (slice(None),) * (1 + len(outputs))
    for rows, at in _positions(outputs, len(x), seen.size):
        yield at, seen[*every, rows].reshape(how.groups, depth, at.stop - at.start)


def _positions(outputs: Size, n: int, elements: int) -> Iterator[tuple[slice, slice]]:
    """Yield chunks of the first spatial axis with their place in the flat (*outputs, n)."""
    row = prod(outputs[1:]) * n
    for rows in chunks(outputs[0], elements):
        yield rows, slice(rows.start * row, rows.stop * row)
