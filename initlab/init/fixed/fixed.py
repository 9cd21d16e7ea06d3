"""An initializer without randomness: it says which values a parameter gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Fixed", "moments"]


class Fixed(Initializer):
    """Subclasses define `values(spec)`; what is claimed follows from the values."""

    random: ClassVar[bool] = False

    def values(self, spec: ParameterSpec) -> NDArray[np.floating]:
        """Return a new array of the spec's shape, of any floating dtype."""
        raise NotImplementedError(f"{type(self).__name__} is Fixed without values(self, spec)")

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return the values in the spec's precision."""
        return np.require(self.values(spec), spec.dtype, ["C", "O", "W"])

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values."""
        spec.require_known()
        return moments(self.values(spec))


def moments(values: NDArray[np.floating]) -> Law:
    """Return the law of an entry chosen at random from fixed values; kurtosis 1 where all agree."""
    w = np.real(values).astype(np.float64)
    mean, variance = float(w.mean()), float(w.var()) if np.ptp(w) else 0.0
    fourth = float(((w - mean) ** 4).mean())
    kurtosis = fourth / variance**2 if variance else 1.0
    return Law(mean, variance, kurtosis, float(w.min()), float(w.max()), Entries.fixed)
