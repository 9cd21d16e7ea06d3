"""The cells: Elman's, the long short-term memory, the gated recurrent unit."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import BadValueError, UnknownNameError
from initlab.init import Initializer
from initlab.nd import ACTIVATIONS
from initlab.nn.rnn.cell import HybridRecurrentCell
from initlab.tree import Parameter, ParameterDict

__all__ = ["GRUCell", "LSTMCell", "RNNCell"]

Init = Initializer | str | None


class _GatedCell(HybridRecurrentCell):
    """Two products, of the input and of the state, each giving `gates` times `hidden_size`."""

    gates = 1
    states = 1
    _outputs: int | None = None  # how long the output is, where it is not hidden_size

    def __init__(
        self,
        hidden_size: int,
        i2h_weight_initializer: Init = None,
        h2h_weight_initializer: Init = None,
        i2h_bias_initializer: Init = "zeros",
        h2h_bias_initializer: Init = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if hidden_size < 1 or input_size < 0:
            raise BadValueError(
                f"{type(self).__name__} needs a hidden_size of at least 1 and an input_size of at "
                f"least 0 (0: not known yet), got hidden_size={hidden_size}, "
                f"input_size={input_size}."
            )
        super().__init__(prefix, params)
        self.hidden_size, fed_back = hidden_size, self._outputs or hidden_size
        width = self.gates * hidden_size
        self.i2h_weight = self._part("i2h_weight", (width, input_size), i2h_weight_initializer)
        self.h2h_weight = self._part("h2h_weight", (width, fed_back), h2h_weight_initializer)
        self.i2h_bias = self._part("i2h_bias", (width,), i2h_bias_initializer)
        self.h2h_bias = self._part("h2h_bias", (width,), h2h_bias_initializer)

    def _part(self, name: str, shape: tuple[int, ...], init: Init) -> Parameter:
        bias: dict[str, Any] = {"role": "bias", "in_axes": ()} if len(shape) == 1 else {}
        return self.params.get(name, shape=shape, init=init, allow_deferred_init=True, **bias)

    def infer_shape(self, inputs: Any, states: Any) -> None:  # noqa: ARG002 - a cell's arguments
        """Take the number of inputs from the first step."""
        self.i2h_weight.shape = (self.gates * self.hidden_size, inputs.shape[-1])

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Return shape and layout of each state."""
        one = {"shape": (batch_size, self.hidden_size), "__layout__": "NC"}
        return [dict(one) for _ in range(self.states)]

    def forward(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Return the output, (n, hidden_size), and the next states, lists of the same shape.

        Args:
            inputs: (n, input_size).
            states: each (n, hidden_size).
        """
        i2h = nd.dense(inputs, self.i2h_weight.data(), self.i2h_bias.data())
        h2h = nd.dense(states[0], self.h2h_weight.data(), self.h2h_bias.data())
        return self._step(i2h, h2h, states)

    def _step(self, i2h: Any, h2h: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """Return output and states from the two products."""
        raise NotImplementedError

    def _cut(self, gates: Any) -> list[Any]:
        h = self.hidden_size
        return [gates[:, i * h : (i + 1) * h] for i in range(self.gates)]

    def _mapping(self) -> str:
        width, inputs = self.i2h_weight.shape or (0, 0)
        return f"{inputs or None} -> {width}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._mapping()})"


class RNNCell(_GatedCell):
    """h <- act(W x + b + W' h + b') (Elman, 1990).

    Args:
        hidden_size: how long the state is.
        activation: the name of an activation, or a function.
        i2h_weight_initializer: W's own.
        h2h_weight_initializer: W''s own.
        i2h_bias_initializer: b's own; zeros.
        h2h_bias_initializer: b''s own; zeros.
        input_size: how long the input is; 0 lets the first step tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for sizes that are not positive.
        UnknownNameError: for an unknown activation.

    >>> RNNCell(3)
    RNNCell(None -> 3, tanh)
    """

    def __init__(
        self,
        hidden_size: int,
        activation: Any = "tanh",
        i2h_weight_initializer: Init = None,
        h2h_weight_initializer: Init = None,
        i2h_bias_initializer: Init = "zeros",
        h2h_bias_initializer: Init = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(
            hidden_size, i2h_weight_initializer, h2h_weight_initializer,
            i2h_bias_initializer, h2h_bias_initializer, input_size, prefix, params,
        )  # fmt: skip
        self._activation = _known(activation)

    def _hint(self) -> str:
        return "rnn"

    def _step(self, i2h: Any, h2h: Any, states: list[Any]) -> tuple[Any, list[Any]]:  # noqa: ARG002 - the sum has them
        output = self._activated(i2h + h2h, self._activation)
        return output, [output]

    def __repr__(self) -> str:
        return f"RNNCell({self._mapping()}, {self._activation})"


class LSTMCell(_GatedCell):
    """c <- f c + i act(g); h <- o act(c), gates in the order i, f, g, o (Hochreiter et al., 1997).

    Args:
        hidden_size: how long each of the two states h and c is.
        i2h_weight_initializer: of the input's product, its own.
        h2h_weight_initializer: of the state's product, its own.
        i2h_bias_initializer: zeros; LSTMBias opens the forget gate.
        h2h_bias_initializer: zeros.
        input_size: how long the input is; 0 lets the first step tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.
        activation: of g and of c: a name or a function.
        recurrent_activation: of the gates i, f and o.

    Raises:
        BadValueError: for sizes that are not positive.
        UnknownNameError: for an unknown activation.
    """

    gates = 4
    states = 2

    def __init__(
        self,
        hidden_size: int,
        i2h_weight_initializer: Init = None,
        h2h_weight_initializer: Init = None,
        i2h_bias_initializer: Init = "zeros",
        h2h_bias_initializer: Init = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
        activation: Any = "tanh",
        recurrent_activation: Any = "sigmoid",
    ) -> None:
        super().__init__(
            hidden_size, i2h_weight_initializer, h2h_weight_initializer,
            i2h_bias_initializer, h2h_bias_initializer, input_size, prefix, params,
        )  # fmt: skip
        self._activation = _known(activation)
        self._recurrent = _known(recurrent_activation)

    def _hint(self) -> str:
        return "lstm"

    def _step(self, i2h: Any, h2h: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        i, f, g, o = self._cut(i2h + h2h)
        keep, admit, show = (self._activated(x, self._recurrent) for x in (f, i, o))
        c = keep * states[1] + admit * self._activated(g, self._activation)
        h = show * self._activated(c, self._activation)
        return h, [h, c]


class GRUCell(_GatedCell):
    """h <- (1 - z) tanh(n + r n') + z h, gates in the order r, z, n (Cho et al., 2014).

    n is of the input's product and n' of the state's: the reset gate acts after it, as in cuDNN.

    Args:
        hidden_size: how long the state is.
        i2h_weight_initializer: of the input's product, its own.
        h2h_weight_initializer: of the state's product, its own.
        i2h_bias_initializer: zeros.
        h2h_bias_initializer: zeros.
        input_size: how long the input is; 0 lets the first step tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for sizes that are not positive.
    """

    gates = 3

    def _hint(self) -> str:
        return "gru"

    def _step(self, i2h: Any, h2h: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        (r, z, n), (r_h, z_h, n_h) = self._cut(i2h), self._cut(h2h)
        reset, keep = nd.sigmoid(r + r_h), nd.sigmoid(z + z_h)
        h = (1 - keep) * nd.tanh(n + reset * n_h) + keep * states[0]
        return h, [h]


def _known(activation: Any) -> Any:
    if isinstance(activation, str) and activation not in ACTIVATIONS:
        raise UnknownNameError("activation", activation, ACTIVATIONS)
    return activation
