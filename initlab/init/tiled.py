"""Values that stand in a parameter several times."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

import numpy as np

from initlab.init.matrices import pieces

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import ArrayLike, NDArray

    from initlab.init.initializer import Initializer
    from initlab.init.spec import ParameterSpec

__all__ = ["write_tiled"]


def write_tiled(
    of: Initializer,
    part: ParameterSpec,
    rng: np.random.Generator,
    out: NDArray[np.floating],
    runs: Mapping[int, int],
    factors: ArrayLike,
) -> None:
    """Have `of` draw `part` once, and write it into `out` several times, each times a factor.

    It is drawn into the end of `out`, and goes from there to its places in the order in which it
    lies. That order is the one of the places, too, so that no place is before its turn one from
    which is still to be read: behind the last place of a number are those of all that follow.

    Args:
        of: draws.
        part: what is drawn: the parameter, shorter along the axes of `runs`.
        rng: where to draw from.
        out: all of the parameter, C-contiguous.
        runs: the axes along which values stand several times, in order, and into how many runs
            `part` falls there: each stands several times before the next does.
        factors: an axis for each of these, as long as a run has places.
    """
    drawn = out.reshape(-1)[-prod(part.shape) :].reshape(part.shape)
    of.write(part, rng, drawn)
    factors = np.asarray(factors, np.float64)
    whole, once, places = out.shape, part.shape, [axis + 1 + 2 * i for i, axis in enumerate(runs)]
    for (axis, count), times in reversed([*zip(runs.items(), factors.shape, strict=True)]):
        length = part.shape[axis] // count
        whole = (*whole[:axis], count, times, length, *whole[axis + 1 :])
        once = (*once[:axis], count, length, *once[axis + 1 :])
    copies, drawn = np.moveaxis(out.reshape(whole), places, range(len(places))), drawn.reshape(once)
    for index in pieces(once):
        piece = drawn[index].copy()
        for place, factor in np.ndenumerate(factors):
            copies[place][index] = float(factor) * piece if factor else 0
