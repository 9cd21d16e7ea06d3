"""A first layer of the clusters of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.calibrators.calibrator import Calibration, Calibrator, untouched
from initlab.calibrators.layers import inputs, layers
from initlab.calibrators.patches import check_samples, obstacle, patches, set_units, whitened
from initlab.errors import BadValueError

if TYPE_CHECKING:
    from initlab import nn
    from initlab.calibrators.batch import Batch

__all__ = ["KMeans"]


@dataclass(frozen=True)
class KMeans(Calibrator):
    """The first layer's units are the centres of clusters of its whitened patches.

    Coates & Ng (2011, 2012), Krahenbuhl et al. (2015): k-means with as many clusters as units;
    each unit's output has variance 1 over the batch, and mean 0 if it has a bias.

    Args:
        iterations: of k-means.
        samples: of the training data, at most.
    """

    base: ClassVar[str] = "he"
    iterations: int = 20
    samples: int = 2000

    def __post_init__(self) -> None:
        check_samples("kmeans", self.samples)
        if self.iterations < 1:
            raise BadValueError(f"kmeans: iterations must be at least 1, got {self.iterations}.")

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Set the first layer's weight and bias; told is how many units have a cluster."""
        from scipy.cluster.vq import kmeans2  # slow to import, and this alone needs it

        layer = layers(net, batch.x)[0]
        if why := obstacle(layer):
            return [untouched(layer.path, why)]
        seen, units = patches(inputs(net, batch.x, layer.block), layer), layer.weight.spec.outputs
        white = whitened(seen)
        distinct = len(np.unique(white.coordinates.round(9), axis=0)) if white.turn.size else 1
        if distinct < max(units, 2):
            few = f"the batch has {distinct} distinct patches for its {units} units"
            return [untouched(layer.path, f"{few}: choose fewer, or raise init.calibrate.samples")]
        centres, _ = kmeans2(
            white.coordinates, units, self.iterations, minit="++", rng=batch.generator()
        )
        spread = (white.coordinates @ centres.T).std(axis=0)
        alive = spread > 0
        return [set_units(layer, (centres @ white.turn)[alive] / spread[alive, None], white.mean)]
