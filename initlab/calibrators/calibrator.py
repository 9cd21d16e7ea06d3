"""A calibrator: a second, data-dependent pass over a drawn model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import numpy as np

    from initlab.nn import Block

__all__ = ["Calibration", "Calibrator"]


@dataclass(frozen=True)
class Calibration:
    """What a calibrator did to one parameter.

    Args:
        path: the parameter's path.
        factor: what its values were multiplied by.
        iterations: how many passes that took.
        reached: the calibrated quantity at the end.
        converged: whether that is within the tolerance asked for.
    """

    path: str
    factor: float
    iterations: int
    reached: float
    converged: bool


class Calibrator:
    """A frozen dataclass whose `calibrate` adjusts a drawn net to a batch.

    `base` is the registered name of the initializer that draws the weights before; a config
    may choose another one.
    """

    base: ClassVar[str] = "orthogonal"

    def calibrate(self, net: Block, x: np.ndarray) -> list[Calibration]:
        """Adjust the parameters of `net` in place, seeing the batch `x`, and say how."""
        raise NotImplementedError(f"{type(self).__name__} is a Calibrator without calibrate()")
