"""Carrying out a plan: every parameter drawn from the stream of its path."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from initlab.errors import UnknownNameError
from initlab.tree.buffer import gather
from initlab.tree.drawing import Draw, carry_out
from initlab.tree.walk import parameters

if TYPE_CHECKING:
    import numpy as np

    from initlab.init import InitPlan, PlanEntry
    from initlab.nd.random import RandomSource
    from initlab.tree.block import Block
    from initlab.tree.parameter import Parameter

__all__ = ["apply_plan"]


def apply_plan(net: Block, plan: InitPlan, source: RandomSource) -> None:
    """Give each parameter its first values; the order does not matter, each has its own stream.

    All cores draw: what is large beside their shares is cut into blocks, and what is small is
    drawn at once with others, if its initializer is `pure`.

    Raises:
        UnknownNameError: for a plan of another net.
        Exception: what an initializer raises, with itself and the parameter's path in a note.
    """
    found = parameters(net)
    gather(found.values())
    draws = []
    for entry in plan:
        if entry.path not in found:
            raise UnknownNameError("parameter path", entry.path, found)
        parameter, rng = found[entry.path], source.stream(entry.path)
        give = partial(_give, parameter, entry, rng)
        draws.append(Draw(entry.initializer, entry.spec, rng, not parameter.settled, give))
    carry_out(draws)


def _give(parameter: Parameter, entry: PlanEntry, rng: np.random.Generator) -> None:
    try:
        parameter.draw(entry.initializer, entry.spec, rng)
    except Exception as error:
        error.add_note(f"drawing {entry.path} by {entry.initializer}")
        raise
    if entry.lr_mult != 1:
        parameter.lr_mult = entry.lr_mult
