"""The walk back through the graph: each node once, the latest call first, without recursion."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.autograd.node import Leaf, Node, Part, Source
from initlab.autograd.state import STATE
from initlab.errors import GraphError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

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
        gradients: head node -> its gradient, an array of the walk's own; filled and returned.
        wrap: makes tensors of arrays, so that the rules record themselves; None runs the rules on
            raw arrays.
        keep: leaves and interior nodes whose gradients are wanted; without any, all leaves.
        beyond: whether to go on behind those nodes.
        retain: keep the graph for another pass.
        land: whether kernels may write gradients straight into the leaves' buffers.

    Raises:
        GraphError: when a node was freed by an earlier pass.
    """
    walk = _Walk(gradients)
    ready = walk.ready
    watcher = None if STATE.mode is True else STATE.mode
    while ready:
        _, node = heappop(ready)
        if node in keep and not beyond:
            continue
        if node.call is None:
            raise GraphError(
                "Cannot differentiate: the call is not in a computational graph any more, an "
                "earlier backward pass freed it. Pass retain_graph=True to the earlier pass."
            )
        g = gradients.pop(node)
        if node in keep:
            gradients[node] = g
            g = g if wrap else g.copy()
        if type(node) is Part:
            walk.gather(node, g)
            continue
        call = _towards(keep, *node.call) if keep else node.call
        if any(call[1]):
            if wrap is not None:
                _pull_back_tensors(node, call, g, walk, wrap)
            else:
                _pull_back_arrays(node.primitive, call, g, walk, land)
        if watcher is not None:
            watcher.check(node, g, gradients)
        if not retain:
            node.call = None
    return gradients


class _Walk:
    """What is on its way: gradients by node or leaf, and the nodes that have one, latest first."""

    __slots__ = ("gradients", "ready")

    def __init__(self, gradients: Gradients) -> None:
        self.gradients = gradients
        self.ready = [(node.order, node) for node in gradients if type(node) is not Leaf]
        heapify(self.ready)

    def join(self, source: Source, part: Any) -> None:
        """Add `part`, an array of the walk's own, to the gradient of `source`."""
        if source in self.gradients:
            self.gradients[source] += part
        else:
            self.add(source, part)

    def add(self, source: Source, part: Any) -> None:
        """Begin the gradient of `source` with `part`."""
        self.gradients[source] = part
        if type(source) is not Leaf:
            heappush(self.ready, (source.order, source))

    def gather(self, part: Part, g: Any) -> None:
        """Put the gradient of one of a call's values beside those of the others."""
        if part.whole not in self.gradients:
            self.add(part.whole, [None] * len(part.call[3]))
        self.gradients[part.whole][part.number] = g


def _towards(
    keep: Collection[Source], args: Any, sources: Sequence[Source | None], *rest: Any
) -> tuple[Any, ...]:
    """Return a call without the leaves that nobody asks for."""
    return args, [s if type(s) is not Leaf or s in keep else None for s in sources], *rest


def _pull_back_tensors(
    node: Node, call: Any, g: Any, walk: _Walk, wrap: Callable[[np.ndarray, Source], Any]
) -> None:
    """Add the node's part to the gradient of each of its sources, all as recorded tensors."""
    args, sources, kwargs, out, _ = call
    pairs = zip(args, node.call[1], strict=True)
    args = [a if source is None else wrap(a, source) for a, source in pairs]
    if type(out) is tuple:
        y: Any = tuple(wrap(value, Part(node, i)) for i, value in enumerate(out))
    else:
        y = wrap(out, node)
    parts = _parts(node.primitive, g, y, args, sources, kwargs)
    for part, source, arg in zip(parts, sources, args, strict=False):
        if part is None or source is None:
            continue
        part = _fitted(part, arg)  # noqa: PLW2901 - the same gradient in its argument's form
        if source in walk.gradients:
            walk.gradients[source] = walk.gradients[source] + part
        else:
            walk.add(source, part)


def _pull_back_arrays(primitive: Any, call: Any, g: Any, walk: _Walk, land: bool) -> None:
    """The same in place, by the kernel where there is one."""
    if primitive.kernel is None:
        _run_rules(primitive, call, g, walk.join)
    else:
        _run_kernel(primitive, call, g, walk.gradients, walk.join, land)


def _run_rules(primitive: Any, call: Any, g: Any, join: Callable[[Source, Any], None]) -> None:
    """Add the node's part to the gradient of each of its sources, in place.

    What is on its way is the walk's own, to be added to or overwritten; so a part that shares
    the memory of `g` is copied, but for the last one, which takes it over.
    """
    args, sources, kwargs, out, _ = call
    parts = _parts(primitive, g, out, args, sources, kwargs)
    last = max((i for i, part in enumerate(parts) if part is not None), default=-1)
    for i, (part, source) in enumerate(zip(parts, sources, strict=False)):
        if part is not None and source is not None:
            shared = part.base is not None or part is g or type(g) is list
            part = _fitted(part, args[i])  # noqa: PLW2901 - as above
            if shared and (i != last or not part.flags.writeable):
                part = part.copy()  # noqa: PLW2901 - as above
            join(source, part)


def _parts(
    made: Any, g: Any, out: Any, args: Sequence[Any], sources: Sequence[Any], kwargs: Any
) -> Sequence[Any]:
    """Return the gradients of the arguments by the rules, None where none is wanted."""
    if made.joint is not None:
        needs = [source is not None for source in sources]
        found = made.joint(g, out, needs, *args, **kwargs)
        return [part if need else None for part, need in zip(found, needs, strict=False)]
    return [
        None if source is None or rule is None else rule(g, out, *args, **kwargs)
        for rule, source in zip(made.rules, sources, strict=False)
    ]


def _run_kernel(
    primitive: Any,
    call: Any,
    g: Any,
    gradients: Gradients,
    join: Callable[[Source, Any], None],
    land: bool,
) -> None:
    """Let the node's kernel write into the buffers of leaves, and add up what it returns."""
    args, sources, kwargs, out, kept = call
    needs = [source is not None for source in sources]
    places: list[Any] = [None] * len(needs)
    if land:
        dtype = (out[0] if type(out) is tuple else out).dtype
        for i, source in enumerate(sources):
            if source is not None and source.lands is dtype and source not in gradients:
                gradients[source] = places[i] = source.buffer
    parts = primitive.kernel.backward(g, out, kept, needs, places, *args, **kwargs)
    for part, place, source, arg in zip(parts, places, sources, args, strict=False):
        if part is place:
            continue
        if place is not None:
            place[...] = 0 if part is None else part
        elif source is not None:
            join(source, part if part.dtype is arg.dtype else _fitted(part, arg))


def _fitted(part: Any, like: Any) -> Any:
    """Return `part` in the shape and the precision of the argument that it is the gradient of."""
    if isinstance(part, np.generic):
        part = np.asarray(part)
    if part.shape != like.shape:
        part = unbroadcast(part, like.shape)
    return part if part.dtype == like.dtype else part.astype(like.dtype)


def deposit(gradients: Gradients) -> None:
    """Write or add the gradients of leaves into their buffers, but for those that landed there."""
    leaf: Any
    for leaf, g in gradients.items():  # a walk that kept no node has left leaves alone
        leaf.fresh = True
        if g is not leaf.buffer:
            if leaf.req == "add":
                leaf.buffer += g
            else:
                leaf.buffer[...] = g
