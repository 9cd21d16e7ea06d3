"""Convolutions before a pixel shuffle that start without a checkerboard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from initlab.errors import BadValueError, ShapeError
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.promises import Repeated
from initlab.init.tiled import write_tiled

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ICNR"]


@dataclass(frozen=True)
class ICNR(Initializer):
    """Each filter repeated factor^2 times, as a pixel shuffle by `factor` wants (Aitken, 2017).

    The shuffled output is then the nearest-neighbour enlargement of a convolution's.

    Args:
        factor: of the enlargement, along each axis of the kernel.
        of: draws the filters, for a parameter with as many outputs as are left.
    """

    factor: int = 2
    of: Initializer = VarianceScaling(2.0)

    def __post_init__(self) -> None:
        if self.factor < 1:
            raise BadValueError(f"icnr: factor must be at least 1, got {self.factor}.")

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw the filters and repeat them.

        Raises:
            ShapeError: when there is no kernel, or factor^2 does not divide the outputs.
        """
        times, part = self._part(spec)
        axis = spec.out_axes[0] % len(spec.shape)
        write_tiled(self.of, part, rng, out, {axis: part.shape[axis]}, [1] * times)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of the filters."""
        times, part = self._part(spec)
        return replace(self.of.law(part), entries=Entries.dependent, promises=(Repeated(times),))

    def _part(self, spec: ParameterSpec) -> tuple[int, ParameterSpec]:
        times = self.factor ** len(spec.receptive_axes)
        if not spec.receptive_axes or len(spec.out_axes) != 1 or spec.outputs % times:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has {spec.outputs} outputs and "
                f"{len(spec.receptive_axes)} kernel axes; icnr is for a convolution before a "
                f"pixel shuffle, whose outputs factor^axes = {times} divides. "
                "Choose he for other layers, or set the factor."
            )
        axis = spec.out_axes[0] % len(spec.shape)
        shape = list(spec.shape)
        shape[axis] //= times
        return times, replace(spec, shape=tuple(shape))
