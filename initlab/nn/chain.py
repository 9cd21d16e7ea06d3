"""Blocks one after the other; dense layers in a row that nobody watches are one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab import nd
from initlab.errors import ShapeError
from initlab.tree import CHANGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.nn.dense import Link
    from initlab.tree import Block

__all__ = ["Chain", "dense_links"]


class Chain:
    """A function: the last block's output, the same whether some of them are one call or not.

    Which are is found out once, and again after a change to any tree.

    Args:
        blocks: in their order, by name; they may change.
    """

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self._blocks = blocks
        self._found: tuple[int, list[Block | _Fused]] = (-1, [])  # at which change, and the parts

    def __getstate__(self) -> dict[str, Any]:
        return {"_blocks": self._blocks, "_found": (-1, [])}  # a copy looks for itself

    def __call__(self, x: Any) -> Any:
        """Return what the blocks make of `x`."""
        seen, parts = self._found
        if seen != CHANGES.number:
            seen, parts = self._found = self._look()
        for part in parts:
            changed = seen != CHANGES.number  # by a part that was called just now
            x = part.one_by_one(x) if changed and type(part) is _Fused else part(x)
        return x

    def dense_links(self) -> list[Link] | None:
        """Return all layers if the blocks are nothing but dense ones, else None."""
        found: list[Link] = []
        for block in self._blocks.values():
            links = dense_links(block)
            if links is None:
                return None
            found += links
        return found

    def _look(self) -> tuple[int, list[Block | _Fused]]:
        seen = CHANGES.number
        parts: list[Block | _Fused] = []
        row: _Fused | None = None
        for block in self._blocks.values():
            links = dense_links(block)
            if not links:
                row = None
                parts.append(block)
                continue
            if row is None:
                row = _Fused()
                parts.append(row)
            row.add(block, links)
        return seen, parts


def dense_links(block: Block) -> list[Link] | None:
    """Return the dense layers that a block is, while nobody watches it; None for any other block.

    >>> import numpy as np
    >>> from initlab import nn
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(3, activation="relu", in_units=2), nn.Dense(1, in_units=3))
    >>> net.initialize()
    >>> y = net(np.ones((1, 2), "float32"))
    >>> [ending for _, _, ending in dense_links(net)]
    ['relu', None]
    """
    ask = getattr(type(block), "dense_links", None)
    return None if ask is None else ask(block)


class _Fused:
    """Dense layers after each other."""

    __slots__ = ("_blocks", "_endings", "_layers")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._layers: list[Any] = []
        self._endings: list[str | None] = []

    def add(self, block: Block, links: list[Link]) -> None:
        self._blocks.append(block)
        for weight, bias, ending in links:
            self._layers += weight, bias
            self._endings.append(ending)

    def __call__(self, x: Any) -> Any:
        if len(self._endings) > 1 and x.ndim == 2:
            try:
                return nd.perceptron(x, *self._layers, activations=self._endings)
            except ShapeError:  # which layer it is, the layers say
                pass
        return self.one_by_one(x)

    def one_by_one(self, x: Any) -> Any:
        for block in self._blocks:
            x = block(x)
        return x
