"""Matrices of a stated largest singular value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError
from initlab.init.checks import positive
from initlab.init.independent import Flat, Gaussian, Independent, Normal
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrices_of, matrix_shape
from initlab.init.promises import LargestSingular
from initlab.init.structured.largest import largest_singular

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Spectral"]


@dataclass(frozen=True)
class Spectral(Initializer):
    """What another initializer draws, over its largest singular value (Miyato et al., 2018).

    A kernel is taken as (outputs, everything else), as spectral normalization takes it.

    Args:
        of: draws the values; its scale does not matter.
        scale: the largest singular value.
    """

    of: Initializer = Normal(1.0)
    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("spectral", scale=self.scale)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw into `out`, then divide there.

        Raises:
            BadValueError: when what is drawn is zero everywhere.
        """
        spec.require_fans()
        self.of.write(spec, rng, out)
        with matrices_of(out, spec) as matrices:
            for some, largest in largest_singular(matrices):
                if not largest.all():
                    raise BadValueError(
                        f"spectral: {self.of} draws zeros for {spec.label}. Choose another."
                    )
                factors = np.expand_dims(self.scale / largest, tuple(range(1, some.ndim)))
                np.multiply(some, factors, out=some)

    def law(self, spec: ParameterSpec) -> Law:
        """Return what is exact: the largest singular value; mean 0 where w and -w are one law."""
        matrix_shape(spec)
        s, mean = self.scale, 0.0 if self._even(spec) else None
        promises = (LargestSingular(s),)
        return Law(mean, low=-s, high=s, entries=Entries.dependent, promises=promises)

    def _even(self, spec: ParameterSpec) -> bool:
        entry = self.of.entry(spec) if isinstance(self.of, Independent) else None
        return isinstance(entry, Gaussian | Flat) and entry.law.mean == 0
