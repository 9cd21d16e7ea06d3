"""Random values with the mean and deviation of a trained net's."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.init.independent import Gaussian, Independent
from initlab.init.matrices import pieces
from initlab.init.pretrained.stored import Stored
from initlab.init.spec import Role

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["PretrainedStatistics"]


@dataclass(frozen=True, repr=False)
class PretrainedStatistics(Independent):
    """N(mean, std^2) with the mean and std that a trained net's parameter of the same path has.

    Whatever the shapes: what training made of the sizes is kept, and nothing else of it, which
    tells how much of a pretrained start is in the sizes alone.

    Args:
        file: the trained net's parameters by path, safetensors.
    """

    file: Path
    roles: ClassVar[tuple[Role, ...]] = tuple(Role)

    def __post_init__(self) -> None:
        object.__setattr__(self, "file", Path(self.file))
        object.__setattr__(self, "_stored", Stored(self.file))

    def entry(self, spec: ParameterSpec) -> Gaussian:
        """Return the normal law.

        Raises:
            BadValueError: when the trained net has no parameter of that path.
        """
        trained = self._stored[spec]  # type: ignore[attr-defined] # set when it is made
        mean = trained.mean(dtype=np.float64)
        squares = fsum(((trained[some] - mean) ** 2).sum() for some in pieces(trained.shape))
        return Gaussian(sqrt(squares / trained.size), float(mean))
