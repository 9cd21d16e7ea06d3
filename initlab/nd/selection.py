# ruff: noqa: ARG001, ARG005 - a rule is called with (g, y, *args) and names what it does not need
"""Selection: some of the values, by place or by condition."""

from __future__ import annotations

from operator import getitem as _getitem
from typing import Any

import numpy as np

from initlab.autograd import Tensor, implements, primitive, unwrap
from initlab.nd.shapes import moveaxis

__all__ = ["diagonal", "getitem", "put", "repeat", "take", "take_along_axis", "where"]


def _picks_once(key: Any) -> bool:
    """Return whether an index picks no element twice: it has no array of integers."""
    parts = key if type(key) is tuple else (key,)
    return not any(
        isinstance(part, list) or (isinstance(part, np.ndarray) and part.dtype != np.bool_)
        for part in parts
    )


def _put(g: Any, shape: tuple[int, ...], key: Any) -> Any:
    """Zeros of `shape` with `g` added at `key`; repeated places add up."""
    out = np.zeros(shape, g.dtype)
    if _picks_once(key):
        out[key] = g
    else:
        np.add.at(out, key, g)
    return out


def _pick_put(g: Any, y: Any, values: Any, shape: Any, key: Any) -> Any:
    return g[key]


put = primitive(_put, _pick_put, None, None)
"""The transpose of indexing: `put(g, shape, key)` is zeros with g added at key."""

getitem = primitive(_getitem, lambda g, y, x, key: put.lifted(g, x.shape, key))


@implements(np.take)
def take(x: Any, indices: Any, axis: int | None = None, *, mode: str = "raise") -> Tensor:
    """Return the elements or slices at integer `indices` along `axis` (None: of the flat `x`).

    Args:
        x: where from.
        indices: any shape; it replaces the axis in the result.
        axis: which axis the indices count along.
        mode: 'raise', 'clip' or 'wrap' for indices out of range, as NumPy's.

    >>> take(np.array([10.0, 20.0]), [1, 5], mode="clip")
    array([20., 20.])
    """
    flat = np.ravel(x) if axis is None else x
    along = 0 if axis is None else axis % np.ndim(x)
    n = flat.shape[along]
    places = np.asarray(indices).astype(np.intp)
    if mode == "clip":
        places = np.clip(places, 0, n - 1)
    elif mode == "wrap":
        places = places % n
    return getitem(flat, (*(slice(None),) * along, places))


@implements(np.repeat)
def repeat(x: Any, repeats: Any, axis: int | None = None) -> Tensor:
    """Return each element (or slice along `axis`) `repeats` times, a number or one for each.

    >>> repeat(np.array([1.0, 2.0]), 2)
    array([1., 1., 2., 2.])
    """
    n = np.size(x) if axis is None else np.shape(x)[axis]
    return take(x, np.repeat(np.arange(n), unwrap(repeats)), axis)


@implements(np.take_along_axis)
def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Tensor:
    """Return for each slice along `axis` its own elements at `indices`.

    >>> take_along_axis(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[1], [0]]), 1)
    array([[2.],
           [3.]])
    """
    if axis is None:
        return take(x, indices)
    places = np.asarray(indices)
    key: list[Any] = list(np.indices(places.shape, sparse=True))
    key[axis] = places
    return getitem(x, tuple(key))


_where_primitive = primitive(
    np.where,
    None,
    lambda g, y, c, a, b: np.where(c, g, 0),
    lambda g, y, c, a, b: np.where(c, 0, g),
)


@implements(np.where)
def where(condition: Any, *choice: Any) -> Any:
    """Return the first choice where the condition holds, else the second.

    Without choices: the places where it holds, as `np.nonzero` gives them.

    >>> where(np.array([True, False]), 1.0, 2.0)
    array([1., 2.])
    """
    return _where_primitive(condition, *choice) if choice else np.nonzero(unwrap(condition))


@implements(np.diagonal)
def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """Return the diagonal over two axes, as the last axis."""
    front = moveaxis(x, (axis1, axis2), (0, 1))
    rows = np.arange(front.shape[0])
    rows = rows[(rows + offset >= 0) & (rows + offset < front.shape[1])]
    return moveaxis(getitem(front, (rows, rows + offset)), 0, -1)
