"""Telling initializers which activations stand around their weights."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from initlab import nn
from initlab.errors import InitlabError
from initlab.init import InitPlan, Role
from initlab.tree import blocks, resolve_shapes

if TYPE_CHECKING:
    import numpy as np

    from initlab.init import PlanEntry

__all__ = ["Activations", "resolve_with_activations", "suited"]

PASSING = (nn.Dropout, nn.Flatten, nn.Reshape, nn.Sequential)  # what leaves values as they come
ELEMENTWISE = (nn.LeakyReLU, nn.ELU, nn.SELU, nn.GELU, nn.Swish)

Function = Callable[[Any], Any]


class Activations(NamedTuple):
    """Which activations stand around a net's blocks, by their paths.

    Args:
        before: of each block, what its inputs come from, None for anything else than an activation.
        first: of those with a weight that read the net's inputs, what their sums go through on
            their way to the next weight.
    """

    before: dict[str, Function | None]
    first: dict[str, Function | None]


NOWHERE = Activations({}, {})


def resolve_with_activations(net: nn.Block, example: np.ndarray) -> Activations:
    """Let every shape become known, and return the activations around each block."""
    watch = _Watch()
    with ExitStack() as stack:
        for path, block in blocks(net).items():
            stack.enter_context(block.register_forward_pre_hook(partial(watch.called, path)))
            stack.enter_context(block.register_forward_hook(partial(watch.returned, path)))
        resolve_shapes(net, example)
    return watch.seen


def suited(plan: InitPlan, around: Activations) -> InitPlan:
    """Return the plan with each initializer told the activations around its layer.

    Raises:
        InitlabError: what an initializer has against that activation, with the place as a note.
    """
    weighted = {_block(entry) for entry in plan if entry.spec.role == Role.weight}
    return InitPlan(
        tuple(_suited(entry, around if _block(entry) in weighted else NOWHERE) for entry in plan)
    )


def _block(entry: PlanEntry) -> str:
    return entry.path.rpartition(".")[0]


def _suited(entry: PlanEntry, around: Activations) -> PlanEntry:
    path, note = _block(entry), ""
    try:
        if path in around.first:
            made, note = entry.initializer.first(around.first[path])
        else:
            made = entry.initializer.after(around.before.get(path))
    except InitlabError as error:
        error.add_note(f"for {entry.path}, which gets {entry.initializer} by {entry.why}")
        raise
    told = ": ".join(filter(None, (entry.told, note if entry.spec.role == Role.weight else "")))
    return replace(entry, initializer=made, told=told)


class _Watch:
    """What came last while a forward pass goes on: an activation, or something else."""

    def __init__(self) -> None:
        self.last: Function | None = None
        self.untouched = True  # what goes on are the net's inputs
        self.reader: str | None = None  # whose sums go on, if it reads those
        self.seen = Activations({}, {})

    def called(self, path: str, block: nn.Block, _inputs: Any) -> None:
        self.seen.before.setdefault(path, self.last)
        if "weight" not in block.own_parameters:
            return
        if self.reader is not None:
            self.seen.first[self.reader] = self.last
        self.reader = path if self.untouched else None
        if self.untouched:
            self.seen.first.setdefault(path, None)

    def returned(self, path: str, block: nn.Block, _inputs: Any, _output: Any) -> None:
        if isinstance(block, PASSING):
            return
        self.untouched = False
        if isinstance(block, nn.Activation):
            self.last = block.function
        elif isinstance(block, ELEMENTWISE):
            self.last = block.forward
        elif not any(isinstance(child, nn.Activation) for child in block.children.values()):
            self.last = None
            self.reader = self.reader if path == self.reader else None
