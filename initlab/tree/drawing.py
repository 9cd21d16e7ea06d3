"""Drawing many parameters: large ones in turn, by all cores; small ones at once, each by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from initlab.init import Initializer
from initlab.nd.random import at_once, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np

    from initlab.init import ParameterSpec

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
        """Whether it touches nothing but this parameter and its stream."""
        from initlab.nd.random import Stream  # and NumPy's generators: a plan draws nothing

        return self.first and isinstance(self.rng, Stream) and _pure(self.initializer)


def carry_out(draws: Sequence[Draw]) -> None:
    """Make all draws: in order, and then at once those that are small beside a core's share of all.

    Raises:
        Exception: what the first of these that fails raises; those that come after it in the one
            group are not made, in the other some.
    """
    small = sum(draw.size for draw in draws) // (4 * cores())
    together, drawing = [], Counter(id(draw.rng) for draw in draws)
    for draw in draws:
        if WORTH <= draw.size <= small and drawing[id(draw.rng)] == 1 and draw.alone:
            together.append(draw.carry_out)
        else:
            draw.carry_out()
    at_once(together)


def _pure(value: object) -> bool:
    """Return whether an initializer is, and all those that it has."""
    if isinstance(value, Initializer):
        return value.pure and _pure(vars(value))
    if isinstance(value, Mapping):
        return all(map(_pure, value.values()))
    return not isinstance(value, list | tuple) or all(map(_pure, value))
