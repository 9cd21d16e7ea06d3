"""The order of the axes of pictures: channels behind the batch, or last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import UnknownNameError

if TYPE_CHECKING:
    from initlab.tree import Block

__all__ = ["Layout"]

NAMES = {1: ("NCW", "NWC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


class Layout:
    """How a layer over so many spatial axes is given its batches, and gives them back.

    Args:
        name: such as "NHWC"; the one with channels behind the batch if None.
        dimensions: how many spatial axes.
        block: whose layout it is, for the message.

    Raises:
        UnknownNameError: for another name.
    """

    def __init__(self, name: str | None, dimensions: int, block: Block) -> None:
        known = NAMES[dimensions]
        if name not in (None, *known):
            raise UnknownNameError(f"layout of {type(block).__name__}", str(name), known)
        self.name = name or known[0]
        self.channels = self.name.index("C")
        """The axis of the channels, in weights that of the axis which the kernel does not have."""

    def standard(self, x: Any) -> Any:
        """Return a batch or weight with its channels at axis 1."""
        return x if self.channels == 1 else np.moveaxis(x, -1, 1)

    def laid_out(self, y: Any) -> Any:
        """Return what has its channels at axis 1 in this order."""
        return y if self.channels == 1 else np.moveaxis(y, 1, -1)

    def shape(self, first: int, second: int, kernel: tuple[int, ...]) -> tuple[int, ...]:
        """Return the shape of a weight."""
        return (first, second, *kernel) if self.channels == 1 else (first, *kernel, second)
