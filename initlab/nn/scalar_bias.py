"""One trainable number that is added to everything."""

from __future__ import annotations

from typing import Any

from initlab.tree import Block, ParameterDict

__all__ = ["ScalarBias"]


class ScalarBias(Block):
    """x + b with one number b, 0 at the start (Zhang, Dauphin & Ma, 2019).

    Fixup's branches have one before each layer and each activation, in place of normalization.

    Args:
        prefix: of the block's name.
        params: a ParameterDict to share Parameters of.

    >>> ScalarBias()
    ScalarBias
    """

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        super().__init__(prefix, params)
        with self.name_scope():
            self.bias = self.params.get(
                "bias", shape=(1,), init="zeros", role="bias", in_axes=(), out_axes=(0,)
            )

    def forward(self, x: Any) -> Any:
        """Return the sum, of x's shape."""
        return x + self.bias.data()

    def __repr__(self) -> str:
        return "ScalarBias"
