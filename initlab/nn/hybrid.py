"""Gluon's other way to write a layer: `hybrid_forward(F, x, weight)`."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.autograd import Tensor
from initlab.errors import BadTypeError
from initlab.nn.containers import Sequential
from initlab.tree import Block

__all__ = ["HybridBlock", "HybridSequential"]


class HybridBlock(Block):
    """A block that writes `hybrid_forward(self, F, x, ..., **parameters)` in place of `forward`.

    F is `initlab.nd`, and the block's own Parameters come as Tensors under their attributes'
    names. It computes as any Block does: nothing is compiled.

    >>> class Scale(HybridBlock):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = self.params.get("factor", shape=(1,), init="ones", role="gain")
    ...     def hybrid_forward(self, F, x, factor):
    ...         return F.tanh(x) * factor
    """

    def forward(self, *args: Any) -> Any:
        """Return what `hybrid_forward` makes of the inputs and the block's Parameters.

        Raises:
            BadTypeError: when no input is an array, nor a list with one.
        """
        if not any(map(_has_array, args)):
            raise BadTypeError(f"{self.name} takes at least one array, got {args!r}.")
        own = {name: parameter.data() for name, parameter in self.own_parameters.items()}
        return self.hybrid_forward(nd, *args, **own)

    def hybrid_forward(self, F: Any, *args: Any, **parameters: Any) -> Any:
        """Compute the output; every HybridBlock that is called has its own."""
        raise NotImplementedError(
            f"{type(self).__name__} is a HybridBlock without hybrid_forward(F, x, ...)."
        )


def _has_array(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(map(_has_array, value))
    return isinstance(value, Tensor | np.ndarray)


class HybridSequential(Sequential):
    """A Sequential under the name that most Gluon code calls it by."""
