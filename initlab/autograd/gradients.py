"""Gradients of several heads, and gradients as values that can be differentiated again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

import numpy as np

from initlab.autograd.engine import deposit, propagate
from initlab.autograd.primitive import Primitive
from initlab.autograd.state import Scope
from initlab.autograd.tensor import Tensor, seed_gradient, unwrap
from initlab.errors import BadValueError, GraphError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.autograd.node import Source

__all__ = ["backward", "grad", "mark_variables"]


def _seeds(heads: Any, head_grads: Any, *, as_tensor: bool) -> dict[Source, Any]:
    """Return node -> gradient for one head or several."""
    if isinstance(heads, Tensor):
        heads, head_grads = [heads], None if head_grads is None else [head_grads]
    grads = [None] * len(heads) if head_grads is None else head_grads
    if len(grads) != len(heads):
        raise BadValueError(f"{len(heads)} heads but {len(grads)} head gradients.")
    seeds: dict[Source, Any] = {}
    for head, g in zip(heads, grads, strict=True):
        seed_gradient(seeds, head, g, as_tensor=as_tensor)
    return seeds


def backward(
    heads: Tensor | Sequence[Tensor],
    head_grads: Any = None,
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Fill the gradients of everything that the heads were computed from.

    Args:
        heads: one tensor or several.
        head_grads: their gradients, ones by default; None for single ones too.
        retain_graph: keep the graph for another pass.
        train_mode: what `is_training` answers meanwhile.

    Raises:
        GraphError: when a head was not recorded, or its graph has been freed.
    """
    seeds = _seeds(heads, head_grads, as_tensor=False)
    with Scope(False, train_mode):
        deposit(propagate(seeds, retain=retain_graph, land=True))


@overload
def grad(
    heads: Tensor | Sequence[Tensor],
    variables: Tensor,
    head_grads: Any = ...,
    retain_graph: bool | None = ...,
    create_graph: bool = ...,
    train_mode: bool = ...,
) -> Tensor: ...
@overload
def grad(
    heads: Tensor | Sequence[Tensor],
    variables: Sequence[Tensor],
    head_grads: Any = ...,
    retain_graph: bool | None = ...,
    create_graph: bool = ...,
    train_mode: bool = ...,
) -> list[Tensor]: ...
def grad(
    heads: Tensor | Sequence[Tensor],
    variables: Tensor | Sequence[Tensor],
    head_grads: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
) -> Tensor | list[Tensor]:
    """Return the gradients of the heads' sum with respect to the variables, as new tensors.

    Nothing is written into `.grad`. A variable that the heads do not depend on gets zeros, as does
    one by which a constant gradient is differentiated again.

    Args:
        heads: one tensor or several.
        variables: one tensor (one gradient is returned) or several (a list).
        head_grads: the heads' gradients, ones by default.
        retain_graph: keep the graph; by default if create_graph.
        create_graph: record the computation, so that the result can be differentiated.
        train_mode: what `is_training` answers meanwhile.

    Raises:
        GraphError: when a head or a variable is not in a graph.

    >>> import initlab.nd
    >>> from initlab.autograd import record
    >>> x = Tensor([1.0, 2.0])
    >>> x.attach_grad()
    >>> with record():
    ...     slope = grad(x * x * x, x, create_graph=True)
    >>> slope.backward()
    >>> x.grad
    array([ 6., 12.])
    """
    wanted = [variables] if isinstance(variables, Tensor) else list(variables)
    nodes = [_place(variable) for variable in wanted]
    retain = create_graph if retain_graph is None else retain_graph
    seeds = _seeds(heads, head_grads, as_tensor=create_graph)
    wrap = Tensor if create_graph else None
    with Scope(create_graph, train_mode):
        found = propagate(seeds, wrap=wrap, keep=set(nodes), retain=retain)
        pairs = zip(wanted, nodes, strict=True)
        alone = len(set(nodes)) == len(nodes)
        grads = [_value(variable, found.get(node), alone) for variable, node in pairs]
        if create_graph:
            grads = list(map(_in_graph, grads, wanted))
    return grads[0] if isinstance(variables, Tensor) else grads


def _place(variable: Tensor) -> Source:
    """Return where the gradient of a variable gathers."""
    if variable.node is None:
        raise GraphError(
            f"Cannot differentiate with respect to a Tensor of shape {variable.shape} that is not "
            "in a computational graph: call its attach_grad() before recording."
        )
    return variable.node


def _value(variable: Tensor, g: Any, alone: bool) -> Tensor:
    """Return a gradient as a Tensor with memory of its own."""
    if g is None:
        return Tensor(np.zeros_like(variable.array))
    if type(g) is Tensor:
        return g
    return Tensor(g if alone and g.base is None else np.array(g))


def _in_graph(g: Tensor, variable: Tensor) -> Tensor:
    """Return a gradient that can be differentiated by its variable, also if it is constant."""
    return _constant(g, variable) if g.node is None else g


def _zeros(g: Any, y: Any, value: Any, variable: Any) -> Any:  # noqa: ARG001 - a rule's arguments
    zeros = np.zeros_like(unwrap(variable))
    return Tensor(zeros) if type(g) is Tensor else zeros


_constant = Primitive(lambda value, _: value, "constant", (None, _zeros), None, None)


def mark_variables(
    variables: Tensor | Sequence[Tensor],
    gradients: Tensor | Sequence[Tensor],
    grad_reqs: str | Sequence[str] = "write",
) -> None:
    """Let the gradients of `variables` land in the tensors `gradients` from now on."""
    if isinstance(variables, Tensor):
        variables = [variables]
    if isinstance(gradients, Tensor):
        gradients = [gradients]
    reqs = [grad_reqs] * len(variables) if isinstance(grad_reqs, str) else grad_reqs
    for variable, gradient, req in zip(variables, gradients, reqs, strict=True):
        variable.bind_grad(gradient, req)
