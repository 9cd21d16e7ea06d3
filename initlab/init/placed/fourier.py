"""A first layer of random frequencies."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.init.checks import positive
from initlab.init.independent import Normal, VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed

__all__ = ["FourierFeatures"]


@dataclass(frozen=True)
class FourierFeatures(Placed):
    """The first weight N(0, sigma^2): its outputs, through sines, are random Fourier features.

    Tancik et al. (2020): cos 2 pi B x and sin 2 pi B x of coordinates x in [0, 1); B is not
    trained, its rate is 0, and 2 pi belongs to the activation. The larger sigma, the finer what
    the net can learn, and the noisier.

    Args:
        sigma: of the frequencies; 10 in most of their pictures.
        of: draws the other weights.
    """

    sigma: float = 10.0
    of: Initializer = VarianceScaling(2.0)

    def __post_init__(self) -> None:
        positive("fourier_features", sigma=self.sigma)

    def at(self, place: Place) -> Given | None:
        """Return the frequencies, or the draw of the other weights."""
        return (
            Given(Normal(self.sigma), "frequencies, lr x 0", 0.0)
            if place.is_first
            else Given(self.of)
        )
