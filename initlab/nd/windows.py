"""The windows that a kernel sees, and how arrays lie in memory: channels first, batch last.

A row of an image is then one run of memory over all samples, so windows are copied in long runs.
Tensors keep the user's axes (n, channels, ...) all the same: strides carry the arrangement from
layer to layer, elementwise functions leave it as it is, and only the net's input is rearranged.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
from numpy.lib.stride_tricks import as_strided

from initlab.errors import ShapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = [
    "CACHED",
    "Geometry",
    "Scratch",
    "Size",
    "between",
    "channels_innermost",
    "chunks",
    "cropped",
    "each",
    "grown",
    "outside",
    "windows",
]

Size: TypeAlias = tuple[int, ...]
CACHED = 2**17


class Geometry(NamedTuple):
    """How a kernel goes over the spatial axes, one number an axis, and over the channels.

    >>> Geometry.of((3,), stride=2, pad=1).outputs((8,))
    (4,)
    """

    kernel: Size
    stride: Size
    pad: Size
    dilate: Size
    groups: int

    @classmethod
    def of(
        cls, kernel: Size, stride: Any = 1, pad: Any = 0, dilate: Any = 1, groups: int = 1
    ) -> Geometry:
        """Make one of numbers that hold for every axis, or of one for each."""
        stride, pad, dilate = (each(value, len(kernel)) for value in (stride, pad, dilate))
        return cls(tuple(kernel), stride, pad, dilate, groups)

    @property
    def reach(self) -> Size:
        """How many elements of the input a window stretches over."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilate, strict=True))

    def outputs(self, size: Size) -> Size:
        """Return how many windows fit along each axis of an input of `size`.

        Raises:
            ShapeError: when none does.
        """
        spare = [n + 2 * p - r for n, p, r in zip(size, self.pad, self.reach, strict=True)]
        if min(spare) < 0:
            raise ShapeError(
                f"An input of size {tuple(size)}, padded by {self.pad}, is smaller than a kernel "
                f"of size {self.kernel} with dilation {self.dilate}, which reaches over "
                f"{self.reach}."
            )
        return tuple(s // step + 1 for s, step in zip(spare, self.stride, strict=True))

    def covered(self, outputs: Size) -> Size:
        """Return the size that so many windows cover, from the first one's start."""
        zipped = zip(outputs, self.stride, self.reach, strict=True)
        return tuple((n - 1) * s + r for n, s, r in zipped)

    def inputs(self, outputs: Size, extra: Any = 0) -> Size:
        """Return the size that an input with so many windows has, `extra` more than the least.

        Raises:
            ShapeError: when the padding leaves nothing.
        """
        zipped = zip(self.covered(outputs), self.pad, each(extra, len(outputs)), strict=True)
        size = tuple(n - 2 * p + e for n, p, e in zipped)
        if min(size) < 1:
            raise ShapeError(f"An input of size {outputs} gives a transposed one of size {size}.")
        return size


def each(value: int | Size, axes: int) -> Size:
    """Return one number for each of so many axes.

    Raises:
        ShapeError: when there are more or fewer.
    """
    size = (value,) * axes if isinstance(value, int) else tuple(value)
    if len(size) != axes:
        raise ShapeError(f"{axes} spatial axes take one number or {axes}, got {value}.")
    return size


def channels_innermost(x: np.ndarray) -> bool:
    """Return whether (n, c, ...) lies with its channels side by side, as Winograd's outputs do."""
    return x.shape[1] > 1 and x.strides[1] == x.itemsize


def between(x: np.ndarray, channels_last: bool = False) -> np.ndarray:
    """Return (n, c, ...) as (c, ..., n), or (n, ..., c): contiguous, spatial axes in the middle."""
    middle = range(2, x.ndim)
    order = (0, *middle, 1) if channels_last else (1, *middle, 0)
    return np.ascontiguousarray(x.transpose(order))


def outside(x: np.ndarray, channels_last: bool = False) -> np.ndarray:
    """Return (c, ..., n), or (n, ..., c), as a view (n, c, ...)."""
    middle = range(1, x.ndim - 1)
    return x.transpose((0, x.ndim - 1, *middle) if channels_last else (x.ndim - 1, 0, *middle))


def grown(x: np.ndarray, before: Size, size: Size, value: float = 0.0) -> np.ndarray:
    """Return (c, ..., n) with `value` before and behind the middle axes, which become `size`."""
    if x.shape[1:-1] == size:
        return x
    out = np.full((len(x), *size, x.shape[-1]), value, x.dtype)
    cropped(out, before, x.shape[1:-1])[...] = x
    return out


def cropped(x: np.ndarray, before: Size, size: Size) -> np.ndarray:
    """Return the view of (c, ..., n) that `grown` puts in."""
    inner = [slice(b, b + n) for b, n in zip(before, size, strict=True)]
    return x[(slice(None), *inner)]


def windows(x: np.ndarray, how: Geometry, outputs: Size) -> np.ndarray:
    """Return a view (c, *kernel, *outputs, n) of (c, ..., n): each output's window."""
    channel, *spatial, sample = x.strides
    within = [s * d for s, d in zip(spatial, how.dilate, strict=True)]
    between = [s * step for s, step in zip(spatial, how.stride, strict=True)]
    shape = (len(x), *how.kernel, *outputs, x.shape[-1])
    return as_strided(x, shape, (channel, *within, *between, sample))


def chunks(rows: int, elements: int) -> Iterator[slice]:
    """Cut `rows` of a whole of `elements` into slices that each fit the cache."""
    step = max(1, rows * CACHED // max(1, elements))
    return (slice(start, min(start + step, rows)) for start in range(0, rows, step))


class Scratch:
    """The memory of what a loop makes in each turn: made once, by name, for the largest.

    >>> room = Scratch(np.dtype(float))
    >>> np.shares_memory(room("a", 2, 3), room("a", 4))
    True
    """

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self.dtype = dtype
        self.kept: dict[str, np.ndarray] = {}

    def __call__(self, name: str, *shape: int) -> np.ndarray:
        """Return an array of a shape, with whatever stood there."""
        size = prod(shape)
        kept = self.kept.get(name)
        if kept is None or len(kept) < size:
            kept = self.kept[name] = np.empty(size, self.dtype)
        return kept[:size].reshape(shape)

    def copied(self, name: str, x: np.ndarray, *shape: int) -> np.ndarray:
        """Return the values of x as an array of a shape."""
        made = self(name, *shape)
        made.reshape(x.shape)[...] = x
        return made
