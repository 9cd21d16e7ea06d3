"""Telling initializers which activation their weights' inputs come from."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from initlab import nn
from initlab.errors import InitlabError
from initlab.init import InitPlan, Role
from initlab.tree import blocks, resolve_shapes

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from initlab.init import PlanEntry

__all__ = ["suited"]

PASSING = (nn.Dropout, nn.Flatten, nn.Sequential)  # what leaves values as they come
ELEMENTWISE = (nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.Swish)


def suited(net: nn.Block, plan: InitPlan, example: np.ndarray) -> InitPlan:
    """Return the plan with each initializer told the activation before its block.

    Raises:
        InitlabError: what an initializer has against that activation, with the place as a note.
    """
    before = _Before()
    with ExitStack() as stack:
        for path, block in blocks(net).items():
            called = partial(before.called, path)
            stack.enter_context(block.register_forward_pre_hook(called))
            stack.enter_context(block.register_forward_hook(before.returned))
        resolve_shapes(net, example)
    weighted = {_block(entry) for entry in plan if entry.spec.role == Role.weight}
    seen = {path: activation for path, activation in before.seen.items() if path in weighted}
    return InitPlan(tuple(_suited(entry, seen.get(_block(entry))) for entry in plan))


def _block(entry: PlanEntry) -> str:
    return entry.path.rpartition(".")[0]


def _suited(entry: PlanEntry, activation: Callable[[Any], Any] | None) -> PlanEntry:
    try:
        return replace(entry, initializer=entry.initializer.after(activation))
    except InitlabError as error:
        error.add_note(f"for {entry.path}, which gets {entry.initializer} by {entry.why}")
        raise


class _Before:
    """What came last while a forward pass goes on: an activation, or something else."""

    def __init__(self) -> None:
        self.last: Callable[[Any], Any] | None = None
        self.seen: dict[str, Callable[[Any], Any] | None] = {}

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
