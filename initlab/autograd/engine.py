"""The walk back through the graph: each node once, the latest call first, without recursion."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.autograd.node import Leaf, Node, Source
from initlab.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

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
    beyond: bool = True,
    retain: bool = False,
    land: bool = False,
) -> Gradients:
    """Carry the heads' gradients back to the leaves and to the nodes in `keep`.

    Args:
        gradients: head node -> its gradient, an array of the tape's own; filled and returned.
        wrap: makes tensors of arrays, so that the rules record themselves; None runs the rules on
            raw arrays.
        keep: interior nodes whose gradient is wanted too.
        beyond: whether to go on behind those nodes.
        retain: keep the graph for another pass.
        land: whether kernels may write gradients straight into the leaves' buffers.

    Raises:
        GraphError: when a node was freed by an earlier pass.
    """
    for node in _backwards(gradients, () if beyond else keep):
        g = gradients.pop(node, None)
        if g is not None:
            if node in keep:
                gradients[node] = g
                g = g if wrap else g.copy()
            if wrap is not None:
                _pull_back_tensors(node, g, gradients, wrap)
            elif node.primitive.kernel is not None:
                _run_kernel(node, g, gradients, land)
            else:
                _pull_back(node, g, gradients)
        if not retain:
            node.free()
    return gradients


def _backwards(heads: Iterable[Source], ends: Collection[Source]) -> list[Node]:
    """Return every Node that the heads depend on, latest first, those behind the ends left out."""
    found = [head for head in heads if type(head) is Node and head not in ends]
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
                if type(source) is Node and source not in ends:
                    found.append(source)
    found.sort(key=attrgetter("number"), reverse=True)
    return found


def _pull_back_tensors(
    node: Node, g: Any, gradients: Gradients, wrap: Callable[[np.ndarray, Source], Any]
) -> None:
    """Add the node's part to the gradient of each of its sources, all as recorded tensors."""
    sources, out = node.sources, wrap(node.out, node)
    pairs = zip(node.args, sources, strict=True)
    args = [a if source is None else wrap(a, source) for a, source in pairs]
    for part, source, arg in zip(_parts(node, g, out, args), sources, args, strict=False):
        if part is not None and source is not None:
            part = _fitted(part, arg)  # noqa: PLW2901 - the same gradient in its argument's form
            gradients[source] = gradients[source] + part if source in gradients else part


def _pull_back(node: Node, g: Any, gradients: Gradients) -> None:
    """Add the node's part to the gradient of each of its sources, in place.

    What stands in `gradients` is the tape's own, to be added to or overwritten; so a part that
    shares the memory of `g` is copied, but for the last one, which takes it over.
    """
    args = node.args
    parts = _parts(node, g, node.out, args)
    last = max((i for i, part in enumerate(parts) if part is not None), default=-1)
    for i, part in enumerate(parts):
        if part is not None:
            shared = part.base is not None or part is g
            part = _fitted(part, args[i])  # noqa: PLW2901 - as above
            if shared and (i != last or not part.flags.writeable):
                part = part.copy()  # noqa: PLW2901 - as above
            _accumulate(gradients, node.sources[i], part)


def _parts(node: Node, g: Any, out: Any, args: Sequence[Any]) -> Sequence[Any]:
    """Return the gradients of the arguments by the node's rules, None where none is wanted."""
    made, sources = node.primitive, node.sources
    if made.joint is not None:
        needs = [source is not None for source in sources]
        found = made.joint(g, out, needs, *args, **node.kwargs)
        return [part if need else None for part, need in zip(found, needs, strict=False)]
    return [
        None if source is None or rule is None else rule(g, out, *args, **node.kwargs)
        for rule, source in zip(made.rules, sources, strict=False)
    ]


def _run_kernel(node: Node, g: Any, gradients: Gradients, land: bool) -> None:
    """Let the node's kernel write into the buffers of leaves, and add up what it returns."""
    sources = node.sources
    needs, places = [], []
    for source in sources:
        needs.append(source is not None)
        place = None
        if land and type(source) is Leaf and source.req == "write" and source not in gradients:
            place = gradients[source] = source.buffer
        places.append(place)
    parts = node.primitive.kernel.backward(
        g, node.out, node.kept, needs, places, *node.args, **node.kwargs
    )
    for part, place, source, arg in zip(parts, places, sources, node.args, strict=False):
        if place is None:
            if part is not None and source is not None:
                same = part.dtype is arg.dtype
                _accumulate(gradients, source, part if same else _fitted(part, arg))
        elif part is not place:
            place[...] = 0 if part is None else part


def _fitted(part: Any, like: Any) -> Any:
    """Return `part` in the shape and the precision of the argument that it is the gradient of."""
    if isinstance(part, np.generic):
        part = np.asarray(part)
    if part.shape != like.shape:
        part = unbroadcast(part, like.shape)
    return part if part.dtype == like.dtype else part.astype(like.dtype)


def _accumulate(gradients: Gradients, source: Any, part: Any) -> None:
    """Add `part`, an array of the tape's own, to the gradient of `source`."""
    if source in gradients:
        gradients[source] += part
    else:
        gradients[source] = part


def deposit(gradients: Gradients) -> None:
    """Write or add the gradients of leaves into their buffers, but for those that landed there."""
    for leaf, g in gradients.items():
        if type(leaf) is not Leaf:
            continue
        leaf.fresh = True
        if g is not leaf.buffer:
            if leaf.req == "add":
                leaf.buffer += g
            else:
                leaf.buffer[...] = g
