"""The LSTM cell whose output is projected to another size."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import BadValueError
from initlab.init import Initializer
from initlab.nn.rnn.gated import LSTMCell
from initlab.tree import ParameterDict

__all__ = ["LSTMPCell"]

Init = Initializer | str | None


class LSTMPCell(LSTMCell):
    """An LSTMCell that outputs, and feeds back, r = W h of another size (Sak et al., 2014).

    Args:
        hidden_size: how long h and c are.
        projection_size: how long r is.
        i2h_weight_initializer: of the input's product, its own.
        h2h_weight_initializer: of the state's product, its own.
        h2r_weight_initializer: W's own.
        i2h_bias_initializer: zeros.
        h2h_bias_initializer: zeros.
        input_size: how long the input is; 0 lets the first step tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for sizes that are not positive.
    """

    def __init__(
        self,
        hidden_size: int,
        projection_size: int,
        i2h_weight_initializer: Init = None,
        h2h_weight_initializer: Init = None,
        h2r_weight_initializer: Init = None,
        i2h_bias_initializer: Init = "zeros",
        h2h_bias_initializer: Init = "zeros",
        input_size: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if projection_size < 1:
            raise BadValueError(
                f"LSTMPCell needs a projection_size of at least 1, got {projection_size}."
            )
        self._outputs = projection_size
        super().__init__(
            hidden_size, i2h_weight_initializer, h2h_weight_initializer,
            i2h_bias_initializer, h2h_bias_initializer, input_size, prefix, params,
        )  # fmt: skip
        shape = (projection_size, hidden_size)
        self.h2r_weight = self._part("h2r_weight", shape, h2r_weight_initializer)

    def _hint(self) -> str:
        return "lstmp"

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Return shape and layout of each state, r and c."""
        sizes = self._outputs, self.hidden_size
        return [{"shape": (batch_size, size), "__layout__": "NC"} for size in sizes]

    def _step(self, i2h: Any, h2h: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        h, (_, c) = super()._step(i2h, h2h, states)
        r = nd.dense(h, self.h2r_weight.data())
        return r, [r, c]
