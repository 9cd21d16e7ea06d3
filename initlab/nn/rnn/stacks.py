"""Cells made of cells: one on the other, one in each direction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from initlab import nd
from initlab.nn.rnn.cell import RecurrentCell
from initlab.nn.rnn.sequence import delivered, reversed_steps, split

__all__ = ["BidirectionalCell", "HybridSequentialRNNCell", "SequentialRNNCell"]


class _Cells(RecurrentCell):
    """Cells whose states stand one after the other in one list."""

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Return shape and layout of each state of all cells."""
        return [info for cell in self._cells() for info in cell.state_info(batch_size)]

    def begin_state(
        self, batch_size: int = 0, func: Callable[..., Any] = nd.zeros, **kwargs: Any
    ) -> list[Any]:
        """Return the states of all cells before the first step; see RecurrentCell.begin_state."""
        if self._modified:
            return super().begin_state(batch_size, func, **kwargs)
        return [s for cell in self._cells() for s in cell.begin_state(batch_size, func, **kwargs)]

    def _cells(self) -> list[RecurrentCell]:
        return list(self._children.values())  # type: ignore[arg-type] # cells alone are added

    def _shared_out(self, states: list[Any]) -> list[list[Any]]:
        """Return the states cell by cell."""
        parts, start = [], 0
        for cell in self._cells():
            stop = start + len(cell.state_info())
            parts.append(list(states[start:stop]))
            start = stop
        return parts


class SequentialRNNCell(_Cells):
    """Cells, each stepped on the output of the one before.

    Args:
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    >>> from initlab.nn import rnn
    >>> stack = SequentialRNNCell()
    >>> stack.add(rnn.LSTMCell(8))
    >>> stack.add(rnn.GRUCell(4))
    >>> len(stack), len(stack.state_info())
    (2, 3)
    """

    def add(self, cell: RecurrentCell) -> None:
        """Put a cell on top.

        Raises:
            BadTypeError: when it is no Block.
        """
        self.register_child(cell)

    def forward(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Return the top's output and all next states."""
        after: list[Any] = []
        for cell, own in zip(self._cells(), self._shared_out(states), strict=True):
            inputs, following = cell(inputs, own)
            after += following
        return inputs, after

    def unroll(
        self,
        length: int,
        inputs: Any,
        begin_state: list[Any] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Any = None,
    ) -> tuple[Any, list[Any]]:
        """Unroll each cell over the whole sequence; see RecurrentCell.unroll."""
        self.reset()
        inputs = split(inputs, length, layout)
        parts = self._shared_out(self._first(begin_state, inputs[0]))
        cells, after = self._cells(), []
        for i, (cell, own) in enumerate(zip(cells, parts, strict=True)):
            merge = merge_outputs if i == len(cells) - 1 else None
            inputs, states = cell.unroll(length, inputs, own, layout, merge, valid_length)
            after += states
        return inputs, after

    def __len__(self) -> int:
        return len(self._children)

    def __getitem__(self, i: int) -> Any:
        return self._cells()[i]

    def __repr__(self) -> str:
        lines = [f"({name}): {cell!r}" for name, cell in self._children.items()]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"


class HybridSequentialRNNCell(SequentialRNNCell):
    """A SequentialRNNCell under Gluon's other name."""


class BidirectionalCell(_Cells):
    """One cell over the sequence, one over its reverse, their outputs side by side.

    Args:
        l_cell: goes forwards.
        r_cell: goes backwards.
        output_prefix: unused; Gluon's signature.
    """

    def __init__(
        self,
        l_cell: RecurrentCell,
        r_cell: RecurrentCell,
        output_prefix: str = "bi_",  # noqa: ARG002 - Gluon's signature
    ) -> None:
        super().__init__("")
        self.register_child(l_cell, "l_cell")
        self.register_child(r_cell, "r_cell")

    def forward(self, *_: Any) -> Any:
        """Refuse: a step of the reverse needs the whole sequence."""
        raise NotImplementedError("A BidirectionalCell cannot be stepped; use unroll.")

    def unroll(
        self,
        length: int,
        inputs: Any,
        begin_state: list[Any] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Any = None,
    ) -> tuple[Any, list[Any]]:
        """Unroll both cells; see RecurrentCell.unroll."""
        self.reset()
        steps = split(inputs, length, layout)
        (left, right), parts = self._cells(), self._shared_out(self._first(begin_state, steps[0]))
        there, l_states = left.unroll(length, steps, parts[0], layout, False, valid_length)
        backwards = reversed_steps(steps, valid_length)
        back, r_states = right.unroll(length, backwards, parts[1], layout, False, valid_length)
        back = reversed_steps(back, valid_length)
        outputs = [np.concatenate([l, r], axis=1) for l, r in zip(there, back, strict=True)]
        return delivered(outputs, layout, merge_outputs, valid_length), l_states + r_states

    def __repr__(self) -> str:
        left, right = self._children.values()
        return f"BidirectionalCell(forward={left!r}, backward={right!r})"
