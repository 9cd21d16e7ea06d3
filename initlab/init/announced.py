"""An initializer that tells the log what it drew."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Announced"]

_LOG = logging.getLogger("initlab")


@dataclass(frozen=True)
class Announced(Initializer):
    """Another one's values, logged by their root mean square as they are drawn.

    Args:
        init: what draws.
    """

    init: Initializer
    pure: ClassVar[bool] = False  # the log is in order
    any_dtype: ClassVar[bool] = True  # the other one's

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw, and log the parameter's name, the initializer and the root mean square."""
        self.init.write(spec, rng, out)
        size = float(np.linalg.norm(out.reshape(-1))) / sqrt(out.size)
        _LOG.info("Initialized %s as %s: %.6g", spec.name, self.init, size)

    def law(self, spec: ParameterSpec) -> Law:
        """Return what the other one claims."""
        return self.init.law(spec)
