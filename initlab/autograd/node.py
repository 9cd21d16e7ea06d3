"""The graph: a Node is one recorded call, a Part one of its values, a Leaf a gradient's place."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np

__all__ = ["Leaf", "Node", "Part", "Source"]

_next = count(0, -1).__next__


@final
class Leaf:
    """Where the gradient of a tensor with `attach_grad` lands.

    Attributes:
        buffer: the live gradient array, same shape and dtype as the tensor's.
        grad: the Tensor over `buffer`, the same object over all backward passes.
        req: 'write' (each backward overwrites) or 'add' (they accumulate).
        lands: the dtype of what a kernel may write straight into the buffer, which is to be
            overwritten and without gaps; else None.
        fresh: whether a backward pass came here since the gradient was last used.
    """

    __slots__ = ("buffer", "fresh", "grad", "lands", "req")

    def __init__(self, buffer: np.ndarray, grad: Any, req: str) -> None:
        self.buffer, self.grad, self.req, self.fresh = buffer, grad, req, False
        self.lands = buffer.dtype if req == "write" and buffer.flags.c_contiguous else None


@final
class Node:
    """One recorded call: what was called, with which arrays, made by which nodes.

    It knows arrays, not tensors, so a recorded graph keeps no tensor alive and has no cycles.

    Attributes:
        primitive: holds the rules.
        call: None once a backward pass has consumed it, else
            the positional arguments, tensors as their raw arrays;
            for each of them the Node or Leaf that it came from, or None;
            the keyword arguments;
            the raw output, a tuple where the call has several;
            what the primitive's kernel keeps for its way back.
        order: falls with every call, so that rising orders are a reverse topological order.
    """

    __slots__ = ("call", "order", "primitive")
    lands = None  # a leaf's gradients have a buffer, its own have none

    def __init__(
        self,
        primitive: Any,
        call: tuple[
            Sequence[Any],
            Sequence[Source | None],
            Mapping[str, Any],
            np.ndarray | tuple[np.ndarray, ...],
            Any,
        ],
    ) -> None:
        self.primitive = primitive
        self.call: Any = call
        self.order = _next()


@final
class Part(NamedTuple):
    """Where the gradient of one of a call's several values waits for those of the others.

    Attributes:
        whole: the call's Node.
        number: which of its values, from 0.
    """

    whole: Node
    number: int

    @property
    def call(self) -> Any:
        """The call, or None once a backward pass has consumed it."""
        return self.whole.call

    @property
    def order(self) -> float:
        """Before the call itself and after all that took the value; each part its own."""
        return self.whole.order - 1 / (2 + self.number)

    @property
    def lands(self) -> None:
        """Nothing lands in a value."""


Source: TypeAlias = Node | Part | Leaf
