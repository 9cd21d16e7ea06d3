"""The graph: a Node is one recorded call, a Leaf is a place where gradients land."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

__all__ = ["Leaf", "Node", "Source"]

_next = count(1).__next__


class Leaf:
    """Where the gradient of a tensor with `attach_grad` lands.

    Attributes:
        buffer: the live gradient array, same shape and dtype as the tensor's.
        grad: the Tensor over `buffer`, the same object over all backward passes.
        req: 'write' (each backward overwrites) or 'add' (they accumulate).
        fresh: whether a backward pass came here since the gradient was last used.
    """

    __slots__ = ("buffer", "fresh", "grad", "req")

    def __init__(self, buffer: np.ndarray, grad: Any, req: str) -> None:
        self.buffer, self.grad, self.req, self.fresh = buffer, grad, req, False


class Node:
    """One recorded call: what was called, with which arrays, made by which nodes.

    It knows arrays, not tensors, so a recorded graph keeps no tensor alive and has no cycles.

    Attributes:
        primitive: holds the rules.
        args: the positional arguments, tensors as their raw arrays.
        sources: for each argument the Node or Leaf that it came from, or None.
        kwargs: the keyword arguments.
        out: the raw output.
        kept: what the primitive's kernel keeps for its way back.
        number: grows with every call, so descending numbers are a reverse topological order.
        freed: whether a backward pass has consumed it.
    """

    __slots__ = ("args", "freed", "kept", "kwargs", "number", "out", "primitive", "sources")

    def __init__(
        self,
        primitive: Any,
        args: Sequence[Any],
        sources: Sequence[Source | None],
        kwargs: Mapping[str, Any],
        out: np.ndarray,
        kept: Any = None,
    ) -> None:
        self.primitive = primitive
        self.args = args
        self.sources = sources
        self.kwargs = kwargs
        self.out = out
        self.kept = kept
        self.number = _next()
        self.freed = False

    def free(self) -> None:
        """Let go of the arrays and of the rest of the graph."""
        self.args, self.sources, self.kwargs, self.kept, self.freed = (), (), {}, None, True
        del self.out


Source: TypeAlias = Node | Leaf
