"""Recurrent layers over whole sequences: the simple one, the LSTM, the GRU."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError
from initlab.init import Initializer
from initlab.nn.rnn.cell import RecurrentCell
from initlab.nn.rnn.gated import GRUCell, LSTMCell, RNNCell
from initlab.nn.rnn.projected import LSTMPCell
from initlab.nn.rnn.recurrent import Recurrent
from initlab.tree import ParameterDict

__all__ = ["GRU", "LSTM", "RNN"]


class RNN(Recurrent):
    """h[t] = f(Wx x[t] + bx + Wh h[t - 1] + bh) (Elman 1990).

    Args:
        activation: f, relu or tanh.

    >>> RNN(4, input_size=3)
    RNN(3 -> 4, TNC)
    """

    gates = 1

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        activation: str = "relu",
        layout: str = "TNC",
        dropout: float = 0.0,
        bidirectional: bool = False,
        i2h_weight_initializer: Initializer | str | None = None,
        h2h_weight_initializer: Initializer | str | None = None,
        i2h_bias_initializer: Initializer | str | None = "zeros",
        h2h_bias_initializer: Initializer | str | None = "zeros",
        input_size: int = 0,
        dtype: str = "float32",
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if activation not in ("relu", "tanh"):
            raise BadValueError(f"RNN's activation is 'relu' or 'tanh', got {activation!r}.")
        self._activation = activation
        super().__init__(
            hidden_size, num_layers, layout, dropout, bidirectional, input_size,
            i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer,
            h2h_bias_initializer, dtype, prefix, params,
        )  # fmt: skip

    def _steps(self, x: Any, states: list[Any], *own: Any) -> tuple[Any, list[Any]]:
        Wx, Wh, bx, bh = own
        z = nd.dense(x, Wx, bx + bh, flatten=False)
        y = nd.rnn_steps(z, states[0], Wh, self._activation)
        return y, [y[-1]]

    def _cell(self, **options: Any) -> RecurrentCell:
        return RNNCell(self.hidden_size, self._activation, **options)


class LSTM(Recurrent):
    """Long short-term memory (Hochreiter and Schmidhuber 1997), the gates in the order i, f, u, o.

    Args:
        projection_size: what the outputs are projected to by h2r_weight (projection_size, units),
            in each layer and direction, before they go on (Sak et al., 2014); None leaves them.
        h2r_weight_initializer: the projections' own.

    >>> LSTM(5, num_layers=2, bidirectional=True, layout="NTC")
    LSTM(None -> 5, NTC, num_layers=2, bidirectional)
    """

    gates = 4

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
        projection_size: int | None = None,
        h2r_weight_initializer: Initializer | str | None = None,
        dtype: str = "float32",
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if projection_size is not None and projection_size < 1:
            raise BadValueError(
                f"LSTM needs a projection_size of at least 1, or None, got {projection_size}."
            )
        self.projection_size, self._h2r_init = projection_size, h2r_weight_initializer
        super().__init__(
            hidden_size, num_layers, layout, dropout, bidirectional, input_size,
            i2h_weight_initializer, h2h_weight_initializer, i2h_bias_initializer,
            h2h_bias_initializer, dtype, prefix, params,
        )  # fmt: skip

    @property
    def parts(self) -> tuple[str, ...]:  # type: ignore[override] # a constant of the others
        """The names of the Parameters of each layer and direction."""
        return (*Recurrent.parts, "h2r_weight") if self.projection_size else Recurrent.parts

    def _projection(self, where: str) -> None:
        if self.projection_size:
            shape = (self.projection_size, self.hidden_size)
            self._own(f"{where}_h2r_weight", shape=shape, init=self._h2r_init, role="weight")

    def _state_sizes(self) -> tuple[int, ...]:
        return (self._outputs, self.hidden_size)

    def _steps(self, x: Any, states: list[Any], *own: Any) -> tuple[Any, list[Any]]:
        (h, c), (Wx, Wh, bx, bh, *projection) = states, own
        if not projection:
            y, h, c = nd.lstm_steps(x, h, c, Wx, Wh, bx + bh)
            return y, [h, c]
        outputs = []
        for z in nd.dense(x, Wx, bx + bh, flatten=False):
            i, f, u, o = np.split(z + nd.dense(h, Wh), 4, axis=-1)
            c = nd.sigmoid(f) * c + nd.sigmoid(i) * nd.tanh(u)
            h = nd.dense(nd.sigmoid(o) * nd.tanh(c), *projection)
            outputs.append(h)
        return np.stack(outputs), [h, c]

    def _cell(self, **options: Any) -> RecurrentCell:
        if self.projection_size:
            return LSTMPCell(self.hidden_size, self.projection_size, **options)
        return LSTMCell(self.hidden_size, **options)


class GRU(Recurrent):
    """The gated recurrent unit (Cho et al. 2014), the gates in the order reset, update, candidate.

    >>> GRU(4)
    GRU(None -> 4, TNC)
    """

    gates = 3

    def _steps(self, x: Any, states: list[Any], *own: Any) -> tuple[Any, list[Any]]:
        Wx, Wh, bx, bh = own
        y = nd.gru_steps(nd.dense(x, Wx, bx, flatten=False), states[0], Wh, bh)
        return y, [y[-1]]

    def _cell(self, **options: Any) -> RecurrentCell:
        return GRUCell(self.hidden_size, **options)
