"""Pictures continued over their edges as in a mirror."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab.errors import BadValueError, ShapeError
from initlab.tree import Block, ParameterDict

__all__ = ["ReflectionPad2D"]


class ReflectionPad2D(Block):
    """(n, channels, height, width), larger by its own reflection, the edge itself not repeated.

    Args:
        padding: how far on all sides; or Gluon's eight numbers, (0, 0, 0, 0, top, bottom, left,
            right).
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for other numbers.

    >>> ReflectionPad2D((0, 0, 0, 0, 0, 0, 2, 1))(np.array([[[[1, 2, 3]]]])).tolist()
    [[[[3, 2, 1, 2, 3, 2]]]]
    """

    def __init__(
        self,
        padding: int | tuple[int, ...] = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        given: Any = np.asarray(padding).tolist()
        widths = given if isinstance(given, list) else [0] * 4 + [given] * 4
        whole = len(widths) == 8 and all(isinstance(n, int) for n in widths)
        if not whole or any(widths[:4]) or min(widths) < 0:
            raise BadValueError(
                "ReflectionPad2D takes one whole number of at least 0, or (0, 0, 0, 0, top, "
                f"bottom, left, right), got {padding!r}."
            )
        self._sides = tuple(widths[4:6]), tuple(widths[6:])

    def forward(self, x: Any) -> Any:
        """Return (n, channels, top + height + bottom, left + width + right).

        Raises:
            ShapeError: when the input has other axes, or is not longer than the padding.
        """
        fits = x.ndim == 4 and all(
            max(pads) < size for pads, size in zip(self._sides, x.shape[2:], strict=True)
        )
        if not fits:
            raise ShapeError(
                "ReflectionPad2D takes (n, channels, height, width), longer than the padding "
                f"{self._sides}, got an input of shape {x.shape}."
            )
        for axis, pads in zip((2, 3), self._sides, strict=True):
            if any(pads):
                x = np.take(x, np.pad(np.arange(x.shape[axis]), pads, mode="reflect"), axis=axis)
        return x
