"""Weights in mirrored pairs, with which a ReLU net starts linear."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.init.checks import choice
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.orthogonal import HaarOrthogonal
from initlab.init.promises import Mirrored
from initlab.init.structured.halves import Sides, halved, halves
from initlab.init.tiled import write_tiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Mirror"]


@dataclass(frozen=True, repr=False)
class Mirror(Initializer):
    """[[W, -W], [-W, W]], the looks-linear initialization (Balduzzi et al., 2017).

    ReLU splits a signal into its positive and its negative part, and the next layer takes their
    difference: the net is linear at the start. The first layer mirrors only its outputs, the
    last one only its inputs. With Gaussian W this is the parameter sharing of Burkholz &
    Dubatovka (2019).

    Args:
        of: draws W, for a parameter of half the size.
        sides: both, outputs or inputs.
    """

    of: Initializer = HaarOrthogonal()
    sides: Sides = Sides.both

    def __post_init__(self) -> None:
        object.__setattr__(self, "sides", choice("mirror", "sides", self.sides, Sides))

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw W and mirror it.

        Raises:
            ShapeError: when a mirrored side is odd, or there are no sides.
        """
        factors = [[1, -1], [-1, 1]] if self.sides is Sides.both else [1, -1]
        write_tiled(self.of, halved(spec, self.sides), rng, out, halves(spec, self.sides), factors)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of W's entries with either sign."""
        part = halved(spec, self.sides)
        base = self.of.law(part)
        far = max(abs(base.low), abs(base.high))
        mirrored = Mirrored(self.sides is not Sides.inputs, self.sides is not Sides.outputs)
        centred = base.mean == 0
        return Law(
            0.0,
            None if base.variance is None or base.mean is None else base.variance + base.mean**2,
            base.kurtosis if centred else None,
            -far,
            far,
            Entries.dependent,
            (mirrored,),
        )
