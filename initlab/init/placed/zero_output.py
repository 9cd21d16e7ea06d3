"""A net whose function is zero at the start."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.init.fixed import Zeros
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed

__all__ = ["ZeroOutput"]


@dataclass(frozen=True)
class ZeroOutput(Placed):
    """The last weight 0, the others as `of` draws them.

    The outputs are 0, so that a classifier's loss starts at ln K, and the first step is the last
    layer's alone. Yang et al. (2022) advise it: nets of any width then start as the same function.

    Args:
        of: draws the other weights.
    """

    of: Initializer = VarianceScaling(2.0)

    def at(self, place: Place) -> Given | None:
        """Return zeros, or the draw of the other weights."""
        return Given(Zeros(), "the last") if place.is_last else Given(self.of)
