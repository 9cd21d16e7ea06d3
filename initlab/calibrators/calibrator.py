"""A calibrator: a second pass over a drawn model, led by data or gradients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.errors import BadValueError
from initlab.tree import parameters

if TYPE_CHECKING:
    from initlab.calibrators.batch import Batch
    from initlab.nn import Block

__all__ = ["Calibration", "Calibrator", "first_path", "untouched"]


@dataclass(frozen=True)
class Calibration:
    """What a calibrator did to one parameter.

    Args:
        path: the parameter's path.
        factor: what its values were multiplied by; where units have factors of their own, the
            ratio of the norms.
        iterations: how many passes that took.
        reached: the calibrated quantity at the end.
        converged: whether that is within the tolerance asked for.
        why: what stood in the way, when it did not converge.
        also: the paths of what was set with it, as a layer's bias.
    """

    path: str
    factor: float
    iterations: int
    reached: float
    converged: bool
    why: str = ""
    also: tuple[str, ...] = ()


def untouched(path: str, why: str) -> Calibration:
    """Return what is told of a parameter that keeps its values because of an obstacle."""
    return Calibration(path, 1.0, 0, float("nan"), False, why)


def first_path(net: Block) -> str:
    """Return the path of the net's first parameter, which stands for the whole net.

    Raises:
        BadValueError: when there is none.
    """
    for path in parameters(net):
        return path
    raise BadValueError(
        "The net has no parameters, so there is nothing to calibrate. Choose an initializer alone."
    )


class Calibrator:
    """A frozen dataclass whose `calibrate` adjusts a drawn net to a batch.

    `base` is the registered name of the initializer that draws the weights before; a config
    may choose another one. A frozen parameter, of grad_req "null", is not given to it and keeps
    its values.
    """

    base: ClassVar[str] = "orthogonal"
    sees: ClassVar[str] = "the first {} training samples"
    """What it looks at, of a batch of so many samples, in words."""

    samples: int | None = None  # how many it wants at most; None for training's batch_size

    def calibrate(self, net: Block, batch: Batch) -> list[Calibration]:
        """Adjust the parameters of `net` in place, seeing `batch`, and say how."""
        raise NotImplementedError(f"{type(self).__name__} is a Calibrator without calibrate()")
