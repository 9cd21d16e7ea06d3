"""A ReLU net that starts linear."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.init.initializer import Initializer
from initlab.init.orthogonal import HaarOrthogonal
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed
from initlab.init.structured import Mirror, Sides

__all__ = ["LooksLinear"]


@dataclass(frozen=True)
class LooksLinear(Placed):
    """Mirrored weights (Balduzzi et al., 2017), the first one by its outputs, the last by inputs.

    The net of ReLU layers is then a linear one of half the width. With `of` Gaussian this is the
    parameter sharing of Burkholz & Dubatovka (2019).

    Args:
        of: draws the half-sized weights.
    """

    of: Initializer = HaarOrthogonal()

    def at(self, place: Place) -> Given | None:
        """Return the mirror."""
        last = Sides.inputs if place.is_last else Sides.both
        sides = Sides.outputs if place.is_first else last
        return Given(Mirror(self.of, sides), f"mirrored {sides}")
