"""Multi-head attention."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.init import Initializer
from initlab.nn.dense import Dense
from initlab.tree import Block, ParameterDict

__all__ = ["MultiHeadAttention"]


class MultiHeadAttention(Block):
    """softmax(q kᵀ / √d) v over several heads, each of the four a dense map (Vaswani et al. 2017).

    Args:
        units: the width of queries, keys, values and outputs over all heads.
        heads: how many equal parts the width falls into.
        causal: whether a position sees itself and earlier ones alone.
        use_bias: whether the four maps add a bias.
        weight_initializer: the weights' own; the one handed to `initialize` if None.
        bias_initializer: the biases' own; zeros.
        in_units: the width of the inputs; 0 lets the first forward pass tell.
        prefix: of the block's name.
        params: another one's `collect_params()`, to share its Parameters.

    Raises:
        BadValueError: when the heads do not divide the units.
    """

    def __init__(
        self,
        units: int,
        heads: int = 1,
        causal: bool = False,
        use_bias: bool = True,
        weight_initializer: Initializer | str | None = None,
        bias_initializer: Initializer | str | None = "zeros",
        in_units: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if heads < 1 or units % heads:
            raise BadValueError(
                f"MultiHeadAttention needs heads that divide its units, got {units} units and "
                f"{heads} heads."
            )
        super().__init__(prefix, params)
        self.heads, self._causal = heads, causal

        def dense(name: str, inputs: int) -> Dense:
            return Dense(
                units, None, use_bias, flatten=False, weight_initializer=weight_initializer,
                bias_initializer=bias_initializer, in_units=inputs, prefix=f"{name}_",
            )  # fmt: skip

        with self.name_scope():
            self.query = dense("query", in_units)
            self.key = dense("key", in_units)
            self.value = dense("value", in_units)
            self.output = dense("output", units)

    def forward(self, x: Any, memory: Any = None) -> Any:
        """Return (n, t, units) for queries from x (n, t, inputs).

        Args:
            x: where attention is paid from.
            memory: (n, s, inputs), where it is paid to; x itself if None.

        Raises:
            ShapeError: when one has not three axes.
        """
        memory = x if memory is None else memory
        for given in (x, memory):
            if given.ndim != 3:
                raise ShapeError(
                    f"MultiHeadAttention takes (n, t, inputs), got an input of shape {given.shape}."
                )
        q, k, v = self.query(x), self.key(memory), self.value(memory)
        return self.output(nd.attention(q, k, v, self.heads, self._causal))
