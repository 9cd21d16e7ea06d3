"""Weights of two equal nets in one, whose outputs cancel."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.init.checks import choice
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.promises import Twins
from initlab.init.structured.halves import Sides, halved, halves
from initlab.init.tiled import write_tiled

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Twin"]

FACTORS: Mapping[Sides, ArrayLike] = MappingProxyType(
    {
        Sides.both: [[1, 0], [0, 1]],
        Sides.outputs: [1, 1],
        Sides.inputs: [sqrt(0.5), -sqrt(0.5)],
    }
)


@dataclass(frozen=True, repr=False)
class Twin(Initializer):
    """[[W, 0], [0, W]]: two nets side by side; [W, W] below each other at the first layer.

    At the last one [W, -W] / sqrt(2) takes their difference, which is 0 (Zhang et al., 2020).

    Args:
        of: draws W, for a parameter of half the size.
        sides: both, outputs for a net's first layer, inputs for its last.
    """

    of: Initializer = VarianceScaling(2.0)
    sides: Sides = Sides.both

    def __post_init__(self) -> None:
        object.__setattr__(self, "sides", choice("twin", "sides", self.sides, Sides))

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw W and double it.

        Raises:
            ShapeError: when a doubled side is odd, or there are no sides.
        """
        part, places = halved(spec, self.sides), halves(spec, self.sides)
        write_tiled(self.of, part, rng, out, places, FACTORS[self.sides])

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of W's entries: as it is, with either sign over sqrt(2), or half of it."""
        base = self.of.law(halved(spec, self.sides))
        twins = (Twins(str(self.sides)),)
        if self.sides is Sides.outputs:
            return Law(
                base.mean,
                base.variance,
                base.kurtosis,
                base.low,
                base.high,
                Entries.dependent,
                twins,
            )
        second = (
            None if base.variance is None or base.mean is None else base.variance + base.mean**2
        )
        kurtosis = base.kurtosis if base.mean == 0 else None
        far = max(abs(base.low), abs(base.high))
        if self.sides is Sides.inputs:
            far *= sqrt(0.5)
            variance = None if second is None else second / 2
            return Law(0.0, variance, kurtosis, -far, far, Entries.dependent, twins)
        centred = base.mean == 0  # of the other half of the entries, which are 0, too
        return Law(
            None if base.mean is None else base.mean / 2,
            second / 2 if centred and second is not None else None,
            None if kurtosis is None else 2 * kurtosis,
            min(base.low, 0.0),
            max(base.high, 0.0),
            Entries.dependent,
            twins,
        )
