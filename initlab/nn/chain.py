"""Blocks one after the other; dense layers in a row that nobody watches are one call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab import nd
from initlab.errors import ShapeError
from initlab.nn.dense import Dense
from initlab.tree import CHANGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.tree import Block

__all__ = ["Chain"]


class Chain:
    """A function: the last block's output, the same whether some of them are one call or not.

    Which are is found out once, and again after a change to any tree.

    Args:
        blocks: in their order, by name; they may change.
    """

    def __init__(self, blocks: Mapping[str, Block]) -> None:
        self._blocks = blocks
        self._found: tuple[int, list[Block | _Row]] = (-1, [])  # at which change, and the parts

    def __getstate__(self) -> dict[str, Any]:
        return {"_blocks": self._blocks, "_found": (-1, [])}  # a copy looks for itself

    def __call__(self, x: Any) -> Any:
        """Return what the blocks make of `x`."""
        seen, parts = self._found
        if seen != CHANGES.number:
            seen, parts = self._found = self._look()
        for part in parts:
            changed = seen != CHANGES.number  # by a part that was called just now
            x = part.one_by_one(x) if changed and type(part) is _Row else part(x)
        return x

    def _look(self) -> tuple[int, list[Block | _Row]]:
        seen = CHANGES.number
        parts: list[Block | _Row] = []
        row: _Row | None = None
        for block in self._blocks.values():
            link = block.link() if type(block) is Dense else None
            if link is None:
                row = None
                parts.append(block)
                continue
            if row is None:
                row = _Row()
                parts.append(row)
            row.add(block, *link)
        return seen, parts


class _Row:
    """Dense layers after each other."""

    __slots__ = ("_blocks", "_endings", "_layers")

    def __init__(self) -> None:
        self._blocks: list[Block] = []
        self._layers: list[Any] = []
        self._endings: list[str | None] = []

    def add(self, block: Block, weight: Any, bias: Any, ending: str | None) -> None:
        self._blocks.append(block)
        self._layers += weight, bias
        self._endings.append(ending)

    def __call__(self, x: Any) -> Any:
        if len(self._blocks) > 1 and x.ndim == 2:
            try:
                return nd.perceptron(x, *self._layers, activations=self._endings)
            except ShapeError:  # which layer it is, the layers say
                pass
        return self.one_by_one(x)

    def one_by_one(self, x: Any) -> Any:
        for block in self._blocks:
            x = block(x)
        return x
