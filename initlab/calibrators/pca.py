"""A first layer of the data's principal directions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.calibrators.calibrator import Calibration, Calibrator, untouched
from initlab.calibrators.layers import inputs, layers
from initlab.calibrators.patches import check_samples, obstacle, patches, set_units, whitened

if TYPE_CHECKING:
    from initlab import nn
    from initlab.calibrators.batch import Batch

__all__ = ["PCA"]


@dataclass(frozen=True)
class PCA(Calibrator):
    """The first layer's units are the data's principal directions, each of variance 1.

    Of the inputs or, for a convolution, of its patches (Krahenbuhl et al., 2015); the bias takes
    away the mean. Units beyond the directions that the batch has keep what was drawn.

    Args:
        samples: of the training data, at most.
    """

    base: ClassVar[str] = "he"
    samples: int = 2000

    def __post_init__(self) -> None:
        check_samples("pca", self.samples)

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Set the first layer's weight and bias; told is how many units have a direction."""
        layer = layers(net, batch.x)[0]
        if why := obstacle(layer):
            return [untouched(layer.path, why)]
        white = whitened(patches(inputs(net, batch.x, layer.block), layer))
        return [set_units(layer, white.turn, white.mean)]
