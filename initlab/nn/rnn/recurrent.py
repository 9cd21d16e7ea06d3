"""What recurrent layers over whole sequences share: layers, directions, states."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.init import Initializer
from initlab.nd.random import generator
from initlab.nn.rnn.cell import RecurrentCell
from initlab.nn.rnn.modifiers import DropoutCell
from initlab.nn.rnn.stacks import BidirectionalCell, HybridSequentialRNNCell
from initlab.tree import Block, Parameter, ParameterDict

__all__ = ["Recurrent"]

LAYOUTS = ("TNC", "NTC")


class Recurrent(Block):
    """Layers of recurrences, each over the whole sequence that the one before returned.

    Every layer and direction (l0, r0, l1, ...) has i2h_weight (gates x units, inputs), h2h_weight
    (gates x units, units) and their two biases. An input reaches all gates, and so the fans count.

    Args:
        hidden_size: the number of units of a layer and direction.
        num_layers: how many layers.
        layout: "TNC", time first, or "NTC".
        dropout: the probability with which a value between two layers is dropped in training.
        bidirectional: whether each layer runs backwards, too, with parameters of its own; the
            outputs of both stand side by side.
        input_size: the number of inputs; 0 lets the first forward pass tell.
        i2h_weight_initializer: the input weights' own; the one handed to `initialize` if None.
        h2h_weight_initializer: the state weights' own.
        i2h_bias_initializer: the input biases' own; zeros.
        h2h_bias_initializer: the state biases' own; zeros.
        dtype: of the parameters.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for another layout, or sizes that are not positive.
    """

    gates: int
    parts: tuple[str, ...] = ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")
    projection_size: int | None = None

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        layout: str = "TNC",
        dropout: float = 0.0,
        bidirectional: bool = False,
        input_size: int = 0,
        i2h_weight_initializer: Initializer | str | None = None,
        h2h_weight_initializer: Initializer | str | None = None,
        i2h_bias_initializer: Initializer | str | None = "zeros",
        h2h_bias_initializer: Initializer | str | None = "zeros",
        dtype: str = "float32",
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if layout not in LAYOUTS:
            raise BadValueError(f"Invalid layout {layout}; must be one of {', '.join(LAYOUTS)}.")
        if hidden_size < 1 or num_layers < 1 or input_size < 0 or not 0 <= dropout < 1:
            raise BadValueError(
                f"{type(self).__name__} needs hidden_size and num_layers of at least 1, input_size "
                f"of at least 0 (0: not known yet) and dropout in [0, 1), got hidden_size="
                f"{hidden_size}, num_layers={num_layers}, input_size={input_size}, "
                f"dropout={dropout}."
            )
        super().__init__(prefix, params)
        self.hidden_size, self._layers, self._layout = hidden_size, num_layers, layout
        self._dropout, self._directions = dropout, "lr" if bidirectional else "l"
        self._dtype, self._outputs = dtype, self.projection_size or hidden_size
        for layer in range(num_layers):
            inputs = input_size if layer == 0 else self._outputs * len(self._directions)
            for side in self._directions:
                where = f"{side}{layer}"
                self._weight(where, "i2h", inputs, i2h_weight_initializer)
                self._weight(where, "h2h", self._outputs, h2h_weight_initializer)
                self._bias(where, "i2h", i2h_bias_initializer)
                self._bias(where, "h2h", h2h_bias_initializer)
                self._projection(where)

    def _weight(self, where: str, what: str, inputs: int, init: Any) -> None:
        self._own(
            f"{where}_{what}_weight",
            shape=(self.gates * self.hidden_size, inputs),
            init=init,
            role="weight",
        )

    def _bias(self, where: str, what: str, init: Any) -> None:
        shape = (self.gates * self.hidden_size,)
        self._own(
            f"{where}_{what}_bias", shape=shape, init=init, role="bias", in_axes=(), out_axes=(0,)
        )

    def _projection(self, where: str) -> None:
        """Make what else a layer and direction has: nothing."""

    def _own(self, name: str, **attributes: Any) -> None:
        attributes |= {"dtype": self._dtype, "allow_deferred_init": True}
        setattr(self, name, self.params.get(name, **attributes))

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Return the shape and dtype of each state that `begin_state` makes."""
        depth = self._layers * len(self._directions)
        dtype = self._parameters["l0_i2h_weight"].dtype
        return [
            {"shape": (depth, batch_size, size), "__layout__": "LNC", "dtype": dtype}
            for size in self._state_sizes()
        ]

    def _state_sizes(self) -> tuple[int, ...]:
        return (self._outputs,)

    def begin_state(
        self, batch_size: int = 0, func: Callable[..., Any] = nd.zeros, **kwargs: Any
    ) -> list[Any]:
        """Return the states before the first step, (layers x directions, n, units) each.

        Args:
            batch_size: n.
            func: makes an array of `shape` and `dtype`; zeros by default.
            kwargs: handed to `func`.
        """
        return [
            func(shape=info["shape"], **({"dtype": info["dtype"]} | kwargs))
            for info in self.state_info(batch_size)
        ]

    def infer_shape(self, x: Any, *_: Any) -> None:
        """Take the number of inputs from the first batch."""
        self._check_input(x)
        for side in self._directions:
            weight: Parameter = getattr(self, f"{side}0_i2h_weight")
            weight.shape = (self.gates * self.hidden_size, x.shape[2])

    def _check_input(self, x: Any) -> None:
        if x.ndim != 3:
            raise ShapeError(
                f"{type(self).__name__} takes sequences of shape {tuple(self._layout.lower())}, "
                f"got an input of shape {x.shape}."
            )
        weight = self._parameters["l0_i2h_weight"].shape
        steps, inputs = x.shape[self._layout.index("T")], x.shape[2]
        if not steps or (weight and weight[1] not in (0, inputs)):
            raise ShapeError(
                f"An input of shape {x.shape} in layout {self._layout} has {steps} steps of "
                f"{inputs} values, but {type(self).__name__} takes at least one step, of as many "
                f"values as its weight l0_i2h_weight of shape {weight} has columns."
            )

    def forward(self, x: Any, states: Any = None) -> Any:
        """Return the last layer's outputs, (t, n, units) or (n, t, units).

        Args:
            x: (t, n, inputs) or (n, t, inputs).
            states: a list as of `begin_state`, or its only array; then the states after the last
                step are returned, too: (outputs, states).

        Raises:
            ShapeError: when the input or a state has another shape.
        """
        self._check_input(x)
        if self._layout == "NTC":
            x = np.swapaxes(x, 0, 1)
        before = self._given(states, x.shape[1])
        after: list[list[Any]] = []
        for layer in range(self._layers):
            if layer:
                x = nd.dropout(x, self._dropout, generator())
            x = self._layer(layer, x, before, after)
        y = np.swapaxes(x, 0, 1) if self._layout == "NTC" else x
        return y if states is None else (y, [np.stack(each) for each in zip(*after, strict=True)])

    def _given(self, states: Any, n: int) -> list[Any]:
        if states is None:
            return self.begin_state(n)
        given = list(states) if isinstance(states, Sequence) else [states]
        wanted = [info["shape"] for info in self.state_info(n)]
        if [np.shape(state) for state in given] != wanted:
            raise ShapeError(
                f"{type(self).__name__} takes recurrent states of shape {wanted}, "
                f"got {[np.shape(state) for state in given]}: see begin_state({n})."
            )
        return given

    def _layer(self, layer: int, x: Any, before: list[Any], after: list[list[Any]]) -> Any:
        """Return one layer's outputs, and append its last states to `after`."""
        outputs = []
        for k, side in enumerate(self._directions):
            at = layer * len(self._directions) + k
            own = [getattr(self, f"{side}{layer}_{name}").data() for name in self.parts]
            seen = x if side == "l" else np.flip(x, 0)
            y, last = self._steps(seen, [state[at] for state in before], *own)
            outputs.append(y if side == "l" else np.flip(y, 0))
            after.append(last)
        return outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=-1)

    def _steps(self, x: Any, states: list[Any], *own: Any) -> tuple[Any, list[Any]]:
        """Return one direction's outputs and its last states, by its own parts."""
        raise NotImplementedError

    def unfuse(self) -> HybridSequentialRNNCell:
        """Return a stack of cells, with the layer's own Parameters, that computes the same."""
        stack = HybridSequentialRNNCell(prefix=self.prefix, params=self.params)
        with stack.name_scope():
            for layer in range(self._layers):
                cells = [self._part(f"{side}{layer}_") for side in self._directions]
                stack.add(cells[0] if len(cells) == 1 else BidirectionalCell(cells[0], cells[1]))
                if self._dropout and layer < self._layers - 1:
                    stack.add(DropoutCell(self._dropout))
        return stack

    def _part(self, prefix: str) -> RecurrentCell:
        own = {f"{name}_initializer": getattr(self, prefix + name).init for name in self.parts}
        return self._cell(prefix=prefix, **own)

    def _cell(self, **options: Any) -> RecurrentCell:
        """Return the cell that makes one step."""
        raise NotImplementedError

    def __repr__(self) -> str:
        inputs = self._parameters["l0_i2h_weight"].shape or (0, 0)
        parts = [f"{inputs[1] or None} -> {self.hidden_size}", self._layout]
        parts += [f"num_layers={self._layers}"] * (self._layers != 1)
        parts += [f"dropout={self._dropout}"] * (self._dropout != 0)
        parts += ["bidirectional"] * (len(self._directions) == 2)
        return f"{type(self).__name__}({', '.join(parts)})"
