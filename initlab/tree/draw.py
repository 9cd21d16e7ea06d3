"""Carrying out a plan: every parameter drawn from the stream of its path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.errors import UnknownNameError
from initlab.tree.buffer import gather
from initlab.tree.walk import parameters

if TYPE_CHECKING:
    from initlab.init import InitPlan
    from initlab.nd.random import RandomSource
    from initlab.tree.block import Block

__all__ = ["apply_plan"]


def apply_plan(net: Block, plan: InitPlan, source: RandomSource) -> None:
    """Give each parameter its first values; the order does not matter, each has its own stream.

    Raises:
        UnknownNameError: for a plan of another net.
        Exception: what an initializer raises, with itself and the parameter's path in a note.
    """
    found = parameters(net)
    gather(found.values())
    for entry in plan:
        if entry.path not in found:
            raise UnknownNameError("parameter path", entry.path, found)
        try:
            found[entry.path].draw(entry.initializer, entry.spec, source.stream(entry.path))
            if entry.lr_mult != 1:
                found[entry.path].lr_mult = entry.lr_mult
        except Exception as error:
            error.add_note(f"drawing {entry.path} by {entry.initializer}")
            raise
