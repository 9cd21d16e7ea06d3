"""The walk back through the graph: each node once, the latest call first, without recursion."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.autograd.node import Leaf, Node, Source
from initlab.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

__all__ = ["deposit", "propagate", "unbroadcast"]

Gradients: TypeAlias = dict[Source, Any]


def unbroadcast(g: Any, shape: tuple[int, ...]) -> Any:
    """Sum `g` down to `shape`: the reverse of broadcasting an array of `shape` to `g`'s."""
    extra = g.ndim - len(shape)
    axes = tuple(i for i in range(g.ndim) if i < extra or (shape[i - extra] == 1 != g.shape[i]))
    return np.reshape(np.sum(g, axis=axes), shape)


def propagate(
    gradients: Gradients,
    *,
    wrap: Callable[[np.ndarray, Source], Any] | None = None,
    keep: Collection[Source] = (),
    retain: bool = False,
) -> Gradients:
    """Carry the heads' gradients back to the leaves and to the nodes in `keep`.

    Args:
        gradients: head node -> its gradient; filled and returned.
        wrap: makes tensors of arrays, so that the rules record themselves; None runs the rules on
            raw arrays.
        keep: interior nodes whose gradient is wanted too.
        retain: keep the graph for another pass.

    Raises:
        GraphError: when a node was freed by an earlier pass.
    """
    for node in _backwards(gradients):
        g = gradients[node] if node in keep else gradients.pop(node, None)
        if g is not None:
            _pull_back(node, g, gradients, wrap)
        if not retain:
            node.free()
    return gradients


def _backwards(heads: Iterable[Source]) -> list[Node]:
    """Return every Node that the heads depend on, latest first."""
    found = [head for head in heads if type(head) is Node]
    seen: set[Source] = set(found)
    for node in found:  # grows while we walk it
        if node.freed:
            raise GraphError(
                "Cannot differentiate: the call is not in a computational graph any more, an "
                "earlier backward pass freed it. Pass retain_graph=True to the earlier pass."
            )
        for source in node.sources:
            if source is not None and source not in seen:
                seen.add(source)
                if type(source) is Node:
                    found.append(source)
    found.sort(key=attrgetter("number"), reverse=True)
    return found


def _pull_back(node: Node, g: Any, gradients: Gradients, wrap: Callable[..., Any] | None) -> None:
    """Add the node's part to the gradient of each of its sources."""
    args, sources, out, made = node.args, node.sources, node.out, node.primitive
    if wrap is not None:
        pairs = zip(args, sources, strict=True)
        args = [a if source is None else wrap(a, source) for a, source in pairs]
        out = wrap(out, node)
    if made.joint is not None:
        needs = [source is not None for source in sources]
        parts = made.joint(g, out, needs, *args, **node.kwargs)
        for part, source, arg in zip(parts, sources, args, strict=False):
            if source is not None and part is not None:
                _accumulate(gradients, source, part, arg)
        return
    for rule, source, arg in zip(made.rules, sources, args, strict=False):
        if source is not None and rule is not None:
            _accumulate(gradients, source, rule(g, out, *args, **node.kwargs), arg)


def _accumulate(gradients: Gradients, source: Source, part: Any, like: Any) -> None:
    """Add `part` to the gradient of `source`, whose value is `like`."""
    if part.shape != like.shape:
        part = unbroadcast(part, like.shape)
    if part.dtype != like.dtype:
        part = part.astype(like.dtype)
    gradients[source] = gradients[source] + part if source in gradients else part


def deposit(gradients: Gradients) -> None:
    """Write or add the gradients of leaves into their buffers."""
    for leaf, g in gradients.items():
        if type(leaf) is Leaf:
            if leaf.req == "add":
                leaf.buffer += g
            else:
                leaf.buffer[...] = g
