"""Weights under a mask, as lottery tickets are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError, ShapeError
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Masked"]


@dataclass(frozen=True, eq=False)
class Masked(Initializer):
    """What another initializer draws, with a share of it or the rest of a mask set to zero.

    A winning ticket (Frankle & Carbin, 2019) is the mask of a trained net's largest weights over
    the very values that the net was drawn with: the same seed and `of`, with that mask. The draw
    of the values does not depend on the mask.

    Args:
        of: draws the values.
        keep: the share that stays, chosen at random, where there is no mask.
        mask: an array of the parameter's shape, zero where the weight is to be zero.
    """

    of: Initializer = VarianceScaling(2.0)
    keep: float = 0.2
    mask: np.ndarray | None = None

    def __post_init__(self) -> None:
        if not 0 < self.keep <= 1:
            raise BadValueError(f"masked: keep is in (0, 1], got {self.keep}.")

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw, then mask.

        Raises:
            ShapeError: when the mask has another shape.
        """
        self._check(spec)
        values = self.of(spec, rng)
        kept = rng.random(spec.shape) < self.keep if self.mask is None else self.mask != 0
        return np.where(kept, values, 0).astype(spec.dtype)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the mixture of 0 and the values' law."""
        self._check(spec)
        share = self.keep if self.mask is None else float(np.mean(self.mask != 0))
        base = self.of.law(spec)
        if base.mean is None or base.variance is None or not share:
            return Law(low=min(base.low, 0), high=max(base.high, 0), entries=Entries.dependent)
        second = share * (base.variance + base.mean**2)
        mean = share * base.mean
        kurtosis = base.kurtosis / share if base.kurtosis is not None and base.mean == 0 else None
        entries = Entries.dependent if base.entries is Entries.fixed else base.entries
        low, high = min(base.low, 0.0), max(base.high, 0.0)
        return Law(mean, second - mean**2, kurtosis, low, high, entries)

    def _check(self, spec: ParameterSpec) -> None:
        if self.mask is not None and self.mask.shape != spec.shape:
            raise ShapeError(
                f"{spec.label} has shape {spec.shape} and the mask {self.mask.shape}: it is "
                "another parameter's."
            )
