"""Joining and splitting: several tensors as one, one as several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, implements, primitive
from initlab.errors import ShapeError
from initlab.nd.shapes import moveaxis

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["concatenate", "hstack", "split", "stack", "unstack", "vstack"]


def _concatenate(*parts: Any, axis: int = 0) -> Any:
    return np.concatenate(parts, axis)


def _concatenate_back(
    g: Any, y: Any, needs: Sequence[bool], *parts: Any, axis: int = 0
) -> tuple[Any, ...]:
    """Each part gets the stretch of the gradient that it filled."""
    ends = np.cumsum([part.shape[axis] for part in parts])
    lead = (slice(None),) * (axis % y.ndim)
    return tuple(
        g[(*lead, slice(int(end) - part.shape[axis], int(end)))] if need else None
        for part, end, need in zip(parts, ends, needs, strict=True)
    )


_concatenate_primitive = primitive(_concatenate, joint=_concatenate_back)


@implements(np.concatenate)
def concatenate(arrays: Sequence[Any], axis: int | None = 0) -> Tensor:
    """Return the arrays one after the other along an existing axis (None: all flat).

    >>> concatenate([np.zeros(1), np.ones(2)])
    array([0., 1., 1.])
    """
    if axis is None:
        return _concatenate_primitive(*(np.ravel(a) for a in arrays), axis=0)
    return _concatenate_primitive(*arrays, axis=axis)


@implements(np.stack)
def stack(arrays: Sequence[Any], axis: int = 0) -> Tensor:
    """Return the arrays, all of one shape, along a new axis."""
    return _concatenate_primitive(*(np.expand_dims(a, axis) for a in arrays), axis=axis)


@implements(np.vstack)
def vstack(arrays: Sequence[Any]) -> Tensor:
    """Return the arrays under each other; one-axis arrays are rows."""
    rows = [np.expand_dims(a, 0) if np.ndim(a) == 1 else a for a in arrays]
    return _concatenate_primitive(*rows, axis=0)


@implements(np.hstack)
def hstack(arrays: Sequence[Any]) -> Tensor:
    """Return the arrays beside each other: along the second axis, the first of one-axis ones."""
    return _concatenate_primitive(*arrays, axis=0 if np.ndim(arrays[0]) == 1 else 1)


@implements(np.split)
def split(x: Tensor, sections: Any, axis: int = 0) -> list[Tensor]:
    """Return `x` cut along `axis` into so many parts, or at the given positions.

    Raises:
        ShapeError: when the axis does not fall into so many equal parts.

    >>> split(Tensor([1.0, 2.0]), 2)
    [array([1.]), array([2.])]
    """
    n = x.shape[axis]
    cut = [len(part) for part in np.array_split(np.arange(n), sections)]
    if isinstance(sections, int) and n % sections:
        raise ShapeError(f"An axis of length {n} cannot be split into {sections} equal parts.")
    ends = np.cumsum(cut)
    lead = (slice(None),) * (axis % x.ndim)
    pairs = zip(cut, ends, strict=True)
    return [x[(*lead, slice(int(end) - size, int(end)))] for size, end in pairs]


@implements(np.unstack)
def unstack(x: Tensor, axis: int = 0) -> tuple[Tensor, ...]:
    """Return the slices of `x` along `axis`."""
    return tuple(moveaxis(x, axis, 0))
