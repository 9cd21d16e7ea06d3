"""Activations as layers: one elementwise function."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from initlab import nd
from initlab.errors import UnknownNameError
from initlab.tree import Block, ParameterDict

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Activation"]


class Activation(Block):
    """One elementwise function.

    Args:
        activation: relu, sigmoid, tanh, gelu (erf form), silu, elu (alpha 1), selu, softplus
            (softrelu is Gluon's name), softsign, leaky_relu (slope 0.01), mish, hardtanh,
            erf, sin or identity.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        UnknownNameError: for another name.

    >>> Activation("relu")
    Activation(relu)
    """

    def __init__(
        self, activation: str, prefix: str | None = None, params: ParameterDict | None = None
    ) -> None:
        if activation not in nd.ACTIVATIONS:
            raise UnknownNameError("activation", str(activation), nd.ACTIVATIONS)
        self._function = activation
        super().__init__(prefix, params)
        self._apply = nd.ACTIVATIONS[activation]

    @property
    def function(self) -> Callable[[Any], Any]:
        """The function of every element, the same object for equal names."""
        return self._apply

    def _hint(self) -> str:
        return self._function

    @property
    def ending(self) -> str | None:
        """The name under which a layer can end in it by itself; None while hooks wait for calls."""
        return None if self.watched or self._function not in nd.ENDINGS else self._function

    def forward(self, x: Any) -> Any:
        """Return the function of every element."""
        return self._apply(x)

    def __repr__(self) -> str:
        return f"Activation({self._function})"
