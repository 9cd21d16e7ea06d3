"""The fully connected layer: act(x Wᵀ + b)."""

from __future__ import annotations

from math import prod
from typing import Any, NamedTuple

from initlab import nd
from initlab.autograd import Tensor
from initlab.errors import BadValueError
from initlab.init import Initializer
from initlab.nn.activation import Activation
from initlab.tree import Block, ParameterDict

__all__ = ["Dense", "Link"]


class Link(NamedTuple):
    """What a dense layer computes with: live weight, bias or None, its activation's name."""

    weight: Tensor
    bias: Tensor | None
    ending: str | None


class Dense(Block):
    """act(x Wᵀ + b), with W of shape (units, inputs).

    Args:
        units: the number of outputs.
        activation: the name of an activation, none if None.
        use_bias: whether to add b.
        flatten: whether all axes but the first are one sample; else only the last is multiplied.
        dtype: of the parameters.
        weight_initializer: W's own; the one handed to `initialize` if None.
        bias_initializer: b's own; zeros.
        in_units: the number of inputs; 0 lets the first forward pass tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for negative units; for 0 at the first forward pass, as in Gluon.

    >>> Dense(4, activation="relu", in_units=3)
    Dense(3 -> 4, Activation(relu))
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        use_bias: bool = True,
        flatten: bool = True,
        dtype: str = "float32",
        weight_initializer: Initializer | str | None = None,
        bias_initializer: Initializer | str | None = "zeros",
        in_units: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if units < 0 or in_units < 0:
            raise _bad_sizes(units, in_units)
        super().__init__(prefix, params)
        self._units, self._flatten = units, flatten
        with self.name_scope():
            self.weight = self.params.get(
                "weight",
                shape=(units, in_units),
                dtype=dtype,
                init=weight_initializer,
                allow_deferred_init=True,
                role="weight",
            )
            self.bias = None if not use_bias else self.params.get(
                "bias",
                shape=(units,),
                dtype=dtype,
                init=bias_initializer,
                allow_deferred_init=True,
                role="bias",
                in_axes=(),
                out_axes=(0,),
            )  # fmt: skip
            self.act = None if activation is None else Activation(activation, f"{activation}_")

    def infer_shape(self, x: Any) -> None:
        """Take the number of inputs from the first batch."""
        if not self._units:
            raise _bad_sizes(0, (self.weight.shape or (0, 0))[1])
        self.weight.shape = (self._units, prod(x.shape[1:]) if self._flatten else x.shape[-1])

    def dense_links(self) -> list[Link] | None:
        """Return the layer where a container may compute it itself.

        None while hooks wait for calls, before the first one, for activations that a layer cannot
        end in, and of a subclass.
        """
        if self.watched or not self._settled or type(self) is not Dense:
            return None
        act, ending = self.act, None
        if act is not None:
            ending = act.ending if type(act) is Activation else None
            if ending is None:
                return None
        bias = self.bias
        return [Link(self.weight.data(), None if bias is None else bias.data(), ending)]

    def forward(self, x: Any) -> Any:
        """Return the layer's output, (n, units) or with flatten=False (..., units)."""
        bias = None if self.bias is None else self.bias.data()
        act = self.act
        ending = act.ending if type(act) is Activation else None
        y = nd.dense(x, self.weight.data(), bias, self._flatten, ending)
        return y if act is None or ending is not None else act(y)

    def __repr__(self) -> str:
        inputs = (self.weight.shape or (0, 0))[1] or None
        act = "linear" if self.act is None else repr(self.act)
        return f"Dense({inputs} -> {self._units}, {act})"


def _bad_sizes(units: int, in_units: int) -> BadValueError:
    return BadValueError(
        f"Dense needs units of at least 1 and in_units of at least 0 (0: not known yet), "
        f"got units={units}, in_units={in_units}."
    )
