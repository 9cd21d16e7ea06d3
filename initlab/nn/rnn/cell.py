"""What recurrent cells share: their first states, and the loop over steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab import nd
from initlab.errors import BadValueError
from initlab.nd import ACTIVATIONS
from initlab.nn.hybrid import HybridBlock
from initlab.nn.rnn.sequence import delivered, last_of, split
from initlab.tree import Block, ParameterDict

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HybridRecurrentCell", "RecurrentCell"]


class RecurrentCell(Block):
    """The base of the cells: called with a step's input and states, it returns output and states.

    Args:
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.
    """

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        super().__init__(prefix, params)
        self._modified = False

    def reset(self) -> None:
        """Forget what the cell remembers of a sequence beside its states."""
        for cell in self._children.values():
            if isinstance(cell, RecurrentCell):
                cell.reset()

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Return shape and layout of each state."""
        raise NotImplementedError(f"{type(self).__name__} is a cell without state_info().")

    def begin_state(
        self, batch_size: int = 0, func: Callable[..., Any] = nd.zeros, **kwargs: Any
    ) -> list[Any]:
        """Return the states before the first step.

        Args:
            batch_size: how many sequences.
            func: makes a state of a shape.
            kwargs: handed on to it.

        Raises:
            BadValueError: for a cell that a modifier has taken over.
        """
        if self._modified:
            raise BadValueError(
                f"Cell {self.name} is part of a modifier cell, such as a ZoneoutCell: call that."
            )
        return [func(shape=info["shape"], **kwargs) for info in self.state_info(batch_size)]

    def unroll(
        self,
        length: int,
        inputs: Any,
        begin_state: list[Any] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Any = None,
    ) -> tuple[Any, list[Any]]:
        """Call the cell once a step.

        Args:
            length: how many steps.
            inputs: a tensor in the layout, or a list of (n, channels).
            begin_state: the first states; zeros if None.
            layout: of tensors: N samples, T steps, C channels.
            merge_outputs: whether the outputs come as one tensor; by default as a list, or with
                a valid_length as a tensor.
            valid_length: (n,), how many steps of each sequence count: outputs after them are 0,
                and the states are those at their end.

        Returns:
            The outputs, and the states after the last step.

        Raises:
            ShapeError: when the inputs have another number of steps.
        """
        self.reset()
        steps = split(inputs, length, layout)
        states = self._first(begin_state, steps[0])
        outputs, history = [], []
        for step in steps:
            output, states = self(step, states)
            outputs.append(output)
            history.append(states)
        if valid_length is not None:
            states = [last_of(kept, valid_length) for kept in zip(*history, strict=True)]
        return delivered(outputs, layout, merge_outputs, valid_length), states

    def _first(self, begin_state: list[Any] | None, step: Any) -> list[Any]:
        if begin_state is not None:
            return begin_state
        return self.begin_state(batch_size=len(step), dtype=step.dtype)

    def _activated(self, x: Any, activation: Any) -> Any:
        """Return a named function, or a Block, of x."""
        return ACTIVATIONS[activation](x) if isinstance(activation, str) else activation(x)


class HybridRecurrentCell(RecurrentCell, HybridBlock):
    """A cell that writes `hybrid_forward(self, F, inputs, states, **parameters)`."""
