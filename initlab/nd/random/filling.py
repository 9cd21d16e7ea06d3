"""Filling an array by a law, from whatever generator it is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.errors import BadTypeError

if TYPE_CHECKING:
    from collections.abc import Callable

    Draw: TypeAlias = Callable[[np.random.Generator, np.ndarray[Any, Any]], None]

__all__ = ["FLOATS", "fill", "fill_one"]

FLOATS = (np.dtype(np.float32), np.dtype(np.float64))
PIECE = 2**16  # elements that are drawn at once in a precision that is not their own


def fill(rng: np.random.Generator, target: np.ndarray, draw: Draw) -> np.ndarray:
    """Fill `target` by `draw` and return it: by a Stream in blocks, else all from one sequence.

    Args:
        rng: any generator.
        target: C-contiguous floating array, any shape.
        draw: fills the one-dimensional array that it is given from the generator that it is given.

    Raises:
        BadTypeError: for what is no generator.

    >>> from initlab.nd.random import stream, uniform_into
    >>> fill(stream(0, "w"), np.empty((2, 3)), uniform_into).shape
    (2, 3)
    """
    if hasattr(rng, "fill"):  # a Stream, whose class is not imported to ask
        return rng.fill(target, draw)  # type: ignore[no-any-return] # the target
    if not hasattr(rng, "standard_normal"):
        raise BadTypeError(
            f"Numbers are drawn from a random generator, got {rng!r} of type {type(rng).__name__}. "
            "Write initlab.nd.random.stream(seed, name), or np.random.default_rng(seed)."
        )
    fill_one(target.reshape(-1), draw, rng)
    return target


def fill_one(block: np.ndarray, draw: Draw, rng: np.random.Generator) -> None:
    """Fill one block: float32 and float64 in place, others piece by piece from float32."""
    if block.dtype in FLOATS:
        draw(rng, block)
    else:
        drawn = np.empty(min(block.size, PIECE), np.float32)
        for start in range(0, block.size, PIECE):
            piece = block[start : start + PIECE]
            draw(rng, drawn[: piece.size])
            piece[...] = drawn[: piece.size]
