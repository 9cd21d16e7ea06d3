"""Drawing many parameters: large ones in turn, by all cores; small ones at once, each by one."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from initlab.nd.random import at_once, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from initlab.init import Initializer, ParameterSpec

__all__ = ["Draw", "carry_out"]

WORTH = 2**16  # numbers: fewer are drawn as soon as a thread is told to


@dataclass(frozen=True, eq=False)
class Draw:
    """What a parameter is to get.

    Args:
        initializer: what draws.
        spec: for what.
        rng: from what.
        first: whether the parameter has no values yet, which nobody then holds.
        carry_out: draws, and gives the parameter its values.
    """

    initializer: Initializer
    spec: ParameterSpec
    rng: np.random.Generator
    first: bool
    carry_out: Callable[[], None]

    @property
    def size(self) -> int:
        """How many numbers it makes."""
        return prod(self.spec.shape)

    @property
    def alone(self) -> bool:
        """Whether it touches nothing but this parameter, so that a thread may make it."""
        from initlab.nd.random import Stream  # and NumPy's generators: a plan draws nothing

        return self.first and self.initializer.pure and isinstance(self.rng, Stream)


def carry_out(draws: Sequence[Draw]) -> None:
    """Make all draws: those that are small beside a core's share of all at once, others in order.

    Raises:
        Exception: what the first that fails raises; those after it may be made or not.
    """
    small = sum(draw.size for draw in draws) // (4 * cores())
    together = []
    for draw in draws:
        if WORTH <= draw.size <= small and draw.alone:
            together.append(draw.carry_out)
        else:
            draw.carry_out()
    at_once(together)
