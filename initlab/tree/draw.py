"""Carrying out a plan: every parameter drawn from the stream of its path."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from initlab.errors import UnknownNameError
from initlab.nd.random import at_once, cores
from initlab.tree.buffer import gather
from initlab.tree.walk import parameters

if TYPE_CHECKING:
    import numpy as np

    from initlab.init import InitPlan, PlanEntry
    from initlab.nd.random import RandomSource
    from initlab.tree.block import Block
    from initlab.tree.parameter import Parameter

__all__ = ["apply_plan"]

WORTH = 2**16  # numbers: fewer are drawn as soon as a thread is told to


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
        draws.append(_Draw(found[entry.path], entry, source.stream(entry.path)))
    small = sum(draw.size for draw in draws) // (4 * cores())
    together = [draw for draw in draws if draw.alone and WORTH <= draw.size <= small]
    for draw in draws:
        if draw not in together:
            draw()
    at_once(together)


@dataclass(frozen=True, eq=False)
class _Draw:
    """A parameter that is to get what the plan says."""

    parameter: Parameter
    entry: PlanEntry
    rng: np.random.Generator

    @property
    def size(self) -> int:
        return prod(self.entry.spec.shape)

    @property
    def alone(self) -> bool:
        """Whether it touches nothing but this parameter, which nobody holds yet."""
        from initlab.nd.random import Stream  # and NumPy's generators: a plan draws nothing

        own = isinstance(self.rng, Stream) and not self.parameter.settled
        return own and self.entry.initializer.pure

    def __call__(self) -> None:
        initializer, path = self.entry.initializer, self.entry.path
        try:
            self.parameter.draw(initializer, self.entry.spec, self.rng)
        except Exception as error:
            error.add_note(f"drawing {path} by {initializer}")
            raise
        if self.entry.lr_mult != 1:
            self.parameter.lr_mult = self.entry.lr_mult
