"""A net whose function is zero at the start, and which learns as if it were not."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed
from initlab.init.structured import Sides, Twin

__all__ = ["Antisymmetric"]


@dataclass(frozen=True)
class Antisymmetric(Placed):
    """Two equal nets of half the width, whose outputs are subtracted (Zhang et al., 2020).

    Their (f(x; a) - f(x; b)) / sqrt(2) with a = b at the start: the first weight is [W, W], those
    between are two blocks, the last is [W, -W] / sqrt(2), and as the root is taken into it, its
    rate (SGD's) is 1/2. The function is 0 while all weights have gradients, as they have not if
    the last weight is 0; the tangent kernel is that of one net. The zeros between the nets learn,
    too, and theirs are not there.

    Args:
        of: draws the half-sized weights.
    """

    of: Initializer = VarianceScaling(2.0)

    def at(self, place: Place) -> Given | None:
        """Return the twin."""
        sides = Sides.outputs if place.is_first else Sides.inputs if place.is_last else Sides.both
        rate = 0.5 if place.is_last else 1.0
        return Given(Twin(self.of, sides), f"twins, {sides}, lr x {rate:g}", rate)
