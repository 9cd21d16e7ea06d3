"""A parameter's units, some at a time: outputs with all that they sum, or inputs."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any

from initlab.init.matrices import PIECE, in_double, matrices_of, pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["change_rows", "some_units"]


def some_units(values: NDArray[Any], axes: int = 2) -> Iterator[NDArray[Any]]:
    """Yield views of some units at a time, by the shape alone.

    Args:
        values: its first axes say which unit, the others which of its weights.
        axes: how many are the first.
    """
    width = prod(values.shape[axes:])
    for index in pieces(values.shape[:axes], max(1, PIECE // width)):
        yield values[index]


def change_rows(
    out: NDArray[np.floating],
    spec: ParameterSpec,
    changed: Callable[[NDArray[Any]], NDArray[Any]],
) -> None:
    """Put `changed(rows)` in the place of rows, each all weights of an output.

    Args:
        out: the parameter.
        spec: what it is.
        changed: is given rows of double precision, which it may change.
    """
    with matrices_of(out, spec) as matrices:
        for rows in some_units(matrices):
            double = in_double(rows).reshape(-1, spec.fan_in)
            rows[...] = changed(double).reshape(rows.shape)
