"""Telling initializers which activation their weights' inputs come from."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from initlab import nn
from initlab.errors import InitlabError
from initlab.init import InitPlan, Role
from initlab.tree import blocks, resolve_shapes

if TYPE_CHECKING:
    import numpy as np

    from initlab.init import PlanEntry

__all__ = ["resolve_with_activations", "suited"]

PASSING = (nn.Dropout, nn.Flatten, nn.Reshape, nn.Sequential)  # what leaves values as they come
ELEMENTWISE = (nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.Swish)

Before = dict[str, Callable[[Any], Any] | None]


def resolve_with_activations(net: nn.Block, example: np.ndarray) -> Before:
    """Let every shape become known, and return the activation before each block, by its path."""
    watch = _Watch()
    with ExitStack() as stack:
        for path, block in blocks(net).items():
            stack.enter_context(block.register_forward_pre_hook(partial(watch.called, path)))
            stack.enter_context(block.register_forward_hook(watch.returned))
        resolve_shapes(net, example)
    return watch.seen


def suited(plan: InitPlan, before: Before) -> InitPlan:
    """Return the plan with each initializer told the activation before its layer.

    Raises:
        InitlabError: what an initializer has against that activation, with the place as a note.
    """
    weighted = {_block(entry) for entry in plan if entry.spec.role == Role.weight}
    known = {path: activation for path, activation in before.items() if path in weighted}
    return InitPlan(tuple(_suited(entry, known.get(_block(entry))) for entry in plan))


def _block(entry: PlanEntry) -> str:
    return entry.path.rpartition(".")[0]


def _suited(entry: PlanEntry, activation: Callable[[Any], Any] | None) -> PlanEntry:
    try:
        return replace(entry, initializer=entry.initializer.after(activation))
    except InitlabError as error:
        error.add_note(f"for {entry.path}, which gets {entry.initializer} by {entry.why}")
        raise


class _Watch:
    """What came last while a forward pass goes on: an activation, or something else."""

    def __init__(self) -> None:
        self.last: Callable[[Any], Any] | None = None
        self.seen: Before = {}

    def called(self, path: str, _block: nn.Block, _inputs: Any) -> None:
        self.seen.setdefault(path, self.last)

    def returned(self, block: nn.Block, _inputs: Any, _output: Any) -> None:
        ends_itself = any(isinstance(child, nn.Activation) for child in block.children.values())
        if isinstance(block, nn.Activation):
            self.last = block.function
        elif isinstance(block, ELEMENTWISE):
            self.last = block.forward
        elif not isinstance(block, PASSING) and not ends_itself:
            self.last = None
