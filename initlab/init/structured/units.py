"""A parameter's units, some at a time: outputs with all that they sum, or inputs."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.init.matrices import PIECE, matrices_of, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["centre", "lengths", "some_rows", "some_units"]

Axes: TypeAlias = tuple[int, ...]


def some_units(values: NDArray[Any], axes: int = 2) -> Iterator[NDArray[Any]]:
    """Yield views of some units at a time, by the shape alone.

    Args:
        values: its first axes say which unit, the others which of its weights.
        axes: how many are the first.
    """
    width = prod(values.shape[axes:])
    for index in pieces(values.shape[:axes], max(1, PIECE // width)):
        yield values[index]


def some_rows(out: NDArray[Any], spec: ParameterSpec) -> Iterator[tuple[NDArray[Any], Axes]]:
    """Yield the weights of some outputs at a time, and the axes along which one output's lie."""
    with matrices_of(out, spec) as matrices:
        for rows in some_units(matrices):
            yield rows, tuple(range(2, rows.ndim))


def centre(rows: NDArray[Any], axes: Axes) -> None:
    """Subtract their means, which are added up in double precision."""
    dtype = np.result_type(rows, np.float64)
    np.subtract(rows, rows.mean(axis=axes, dtype=dtype, keepdims=True), out=rows)


def lengths(rows: NDArray[Any], axes: Axes) -> NDArray[np.float64]:
    """Return the rows' lengths, whose squares are added up in double precision.

    >>> lengths(np.array([[3.0, 4.0], [1.0, 0.0]]), (1,)).tolist()
    [[5.0], [1.0]]
    """
    parts = (rows.real, rows.imag) if np.iscomplexobj(rows) else (rows,)
    all_axes = list(range(rows.ndim))
    kept = all_axes[: -len(axes)]
    squares = sum(np.einsum(p, all_axes, p, all_axes, kept, dtype=np.float64) for p in parts)
    return np.expand_dims(np.sqrt(squares), axes)
