"""A parameter that training leaves alone."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from initlab import init, nd
from initlab.tree.parameter import Parameter

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

__all__ = ["Constant"]


class Constant(Parameter):
    """A named array without a gradient, whose own initializer is the value given here.

    A net's `initialize` gives it that value; `set_data` and an initializer for this very
    parameter change it.

    Args:
        name: unique among a net's parameters.
        value: what it holds; float32 unless it is a Tensor.

    >>> mask = Constant("mask", [[1, 0], [0, 1]])
    >>> mask.initialize()
    >>> print(mask.data())
    [[1. 0.]
     [0. 1.]]
    """

    def __init__(self, name: str, value: ArrayLike) -> None:
        self.value = nd.array(value)
        super().__init__(
            name,
            shape=self.value.shape,
            dtype=self.value.dtype.type,
            init=init.Constant(self.value.array),
            differentiable=False,
            role="other",
        )

    @property
    def grad_req(self) -> str:
        """Always 'null'."""
        return "null"

    @grad_req.setter
    def grad_req(self, req: str) -> None:
        if req != "null":
            warnings.warn(
                f"Constant parameter {self.name!r} does not support grad_req other than 'null', "
                f"and new value {req!r} is ignored.",
                stacklevel=2,
            )
