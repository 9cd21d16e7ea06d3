"""Cells that change what another cell returns: dropout, zoneout, a residual."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadTypeError, BadValueError
from initlab.nd.random import generator
from initlab.nn.rnn.cell import HybridRecurrentCell, RecurrentCell
from initlab.nn.rnn.sequence import delivered, split
from initlab.nn.rnn.stacks import BidirectionalCell
from initlab.tree import ParameterDict

__all__ = ["DropoutCell", "ModifierCell", "ResidualCell", "ZoneoutCell"]


class DropoutCell(HybridRecurrentCell):
    """Dropout between the cells of a stack, without states.

    Args:
        rate: the probability, in [0, 1).
        axes: axes along which one choice holds for all.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for another rate.
    """

    def __init__(
        self,
        rate: float,
        axes: tuple[int, ...] = (),
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if not 0 <= rate < 1:
            raise BadValueError(f"DropoutCell needs a rate of at least 0 and below 1, got {rate}.")
        super().__init__(prefix, params)
        self._rate, self._axes = rate, tuple(axes)

    def _hint(self) -> str:
        return "dropout"

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:  # noqa: ARG002 - a cell's
        """Return nothing: there is no state."""
        return []

    def forward(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Return the input, with values dropped while training."""
        return nd.dropout(inputs, self._rate, generator(), self._axes), states

    def __repr__(self) -> str:
        return f"DropoutCell(rate={self._rate}, axes={self._axes})"


class ModifierCell(HybridRecurrentCell):
    """The base of cells that stand in for another, whose Parameters and states they have.

    Args:
        base_cell: the other.

    Raises:
        BadTypeError: when it cannot be stepped.
        BadValueError: when a modifier has it already.
    """

    stepwise = True
    """Whether it changes single steps, which a BidirectionalCell does not make."""

    def __init__(self, base_cell: RecurrentCell) -> None:
        stepped = self.stepwise and isinstance(base_cell, BidirectionalCell)
        if stepped or not isinstance(base_cell, RecurrentCell):
            raise BadTypeError(
                f"{type(self).__name__} modifies a cell that can be stepped, got {base_cell!r}. "
                "Modify the cells of a BidirectionalCell."
            )
        if base_cell._modified:  # noqa: SLF001 - its own kind
            raise BadValueError(
                f"Cell {base_cell.name} is already modified. Modify the modifier, or another cell."
            )
        super().__init__(base_cell.prefix + self._hint())
        base_cell._modified = True  # noqa: SLF001 - as above
        self.base_cell = base_cell

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Return shape and layout of each state."""
        return self.base_cell.state_info(batch_size)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_cell!r})"


class ZoneoutCell(ModifierCell):
    """While training, values stay as they were a step before (Krueger et al., 2017).

    Args:
        base_cell: the cell.
        zoneout_outputs: the probability of an output's value to stay.
        zoneout_states: the probability of a state's.
    """

    def __init__(
        self,
        base_cell: RecurrentCell,
        zoneout_outputs: float = 0.0,
        zoneout_states: float = 0.0,
    ) -> None:
        super().__init__(base_cell)
        self._outputs, self._states = zoneout_outputs, zoneout_states
        self._previous: Any = None

    def _hint(self) -> str:
        return "zoneout"

    def reset(self) -> None:
        """Forget the output of the step before."""
        super().reset()
        self._previous = None

    def forward(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Return the cell's output and states, some values being those of the step before."""
        new, after = self.base_cell(inputs, states)
        before = np.zeros_like(new) if self._previous is None else self._previous
        self._previous = _mixed(new, before, self._outputs)
        pairs = zip(after, states, strict=True)
        return self._previous, [_mixed(now, then, self._states) for now, then in pairs]

    def __repr__(self) -> str:
        rates = f"p_out={self._outputs}, p_state={self._states}"
        return f"ZoneoutCell({rates}, {self.base_cell!r})"


class ResidualCell(ModifierCell):
    """The cell's output plus its input (He et al., 2016)."""

    stepwise = False

    def forward(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Return the sum, and the cell's states."""
        output, states = self.base_cell(inputs, states)
        return output + inputs, states

    def unroll(
        self,
        length: int,
        inputs: Any,
        begin_state: list[Any] | None = None,
        layout: str = "NTC",
        merge_outputs: bool | None = None,
        valid_length: Any = None,
    ) -> tuple[Any, list[Any]]:
        """Unroll the cell over the whole sequence; see RecurrentCell.unroll."""
        self.reset()
        steps = split(inputs, length, layout)
        first = self._first(begin_state, steps[0])
        outputs, states = self.base_cell.unroll(length, steps, first, layout, False, valid_length)
        sums = [output + step for output, step in zip(outputs, steps, strict=True)]
        return delivered(sums, layout, merge_outputs, valid_length), states


def _mixed(new: Any, old: Any, p: float) -> Any:
    """Return the new values, each with probability p the old one while training."""
    if p == 0:
        return new
    kept = nd.dropout(np.ones(new.shape, new.dtype), p, generator())
    return np.where(np.asarray(kept) != 0, new, old)
