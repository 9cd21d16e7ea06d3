"""Blocks one after the other; dense layers in a row that nobody watches are one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab import nd
from initlab.errors import ShapeError
from initlab.nn.dense import Dense

if TYPE_CHECKING:
    from collections.abc import Iterable

    from initlab.tree import Block

__all__ = ["chain"]


def chain(blocks: Iterable[Block], x: Any) -> Any:
    """Return the last block's output, the same whether some of them are one call or not."""
    row: list[Block] = []
    layers: list[Any] = []
    endings: list[str | None] = []
    for block in blocks:
        link = block.link() if type(block) is Dense else None
        if link is None:
            x = block(_through(row, layers, endings, x) if row else x)
            row, layers, endings = [], [], []
        else:
            row.append(block)
            layers += link[0], link[1]
            endings.append(link[2])
    return _through(row, layers, endings, x) if row else x


def _through(row: list[Block], layers: list[Any], endings: list[str | None], x: Any) -> Any:
    """Return what the dense layers of a row make of `x`."""
    if len(row) > 1 and x.ndim == 2:
        try:
            return nd.perceptron(x, *layers, activations=endings)
        except ShapeError:  # which layer it is, the layers say
            pass
    for block in row:
        x = block(x)
    return x
