# ruff: noqa: ARG001 - a rule is called with (g, y, needs, *args) and names what it does not need
"""The rule of a primitive that does in one call what others do in many: theirs."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd.engine import propagate
from initlab.autograd.registry import HANDLERS
from initlab.autograd.state import Scope
from initlab.autograd.tensor import Tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from initlab.autograd.node import Source

__all__ = ["composed"]


def composed(fn: Callable[..., Any]) -> Callable[..., tuple[Any, ...]]:
    """Return the joint rule of a primitive whose value is that of `fn`, a function on tensors.

    The composition is run again, recorded, and walked back as far as its arguments; on tensors
    that is recorded too, so gradients of any order follow. A `Kernel` says the first order fast.

    >>> from initlab.autograd import PRIMITIVES, grad, primitive, record
    >>> import initlab.nd
    >>> square = lambda x: x * x
    >>> fast = primitive(lambda x: x**2, joint=composed(square), name="doctest_square")
    >>> x = Tensor([3.0])
    >>> x.attach_grad()
    >>> with record():
    ...     slope = grad(fast(x), x, create_graph=True)
    >>> slope, grad(slope, x)
    (array([6.]), array([2.]))
    >>> del PRIMITIVES["doctest_square"]
    """

    @wraps(fn)  # the names of its options are read from the signature
    def joint(g: Any, y: Any, needs: Sequence[bool], *args: Any, **kwargs: Any) -> tuple[Any, ...]:
        record = Tensor in map(type, g if type(g) is list else [g])
        with Scope(True, None):
            inner = [_end(a) if need else a for a, need in zip(args, needs, strict=False)]
            out = fn(*inner, **kwargs)
        ends = [a.node if need else None for a, need in zip(inner, needs, strict=False)]
        with Scope(record, None):
            found = propagate(
                _seeds(out, g) if type(g) is list else {out.node: g},
                wrap=Tensor if record else None,
                keep={end for end in ends if end is not None},
                beyond=False,
                retain=record,
            )
        return tuple(found.get(end) if end is not None else None for end in ends)

    return joint


def _seeds(values: Sequence[Any], gradients: Sequence[Any]) -> dict[Source, Any]:
    """Return the gradients of several values, of those that have one and depend on anything."""
    seeds: dict[Source, Any] = {}
    for value, g in zip(values, gradients, strict=True):
        node = value.node if type(value) is Tensor else None
        if g is not None and node is not None:
            seeds[node] = seeds[node] + g if node in seeds else g
    return seeds


def _end(arg: Any) -> Tensor:
    """Return a tensor of the same values, made by a call of its own: there the walk ends."""
    if type(arg) is Tensor:
        made: Tensor = HANDLERS[np.copy](arg)
        return made
    leaf = Tensor(arg)
    leaf.attach_grad()
    return leaf
