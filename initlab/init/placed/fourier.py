"""A first layer of random frequencies."""

from __future__ import annotations

from dataclasses import dataclass
from math import pi
from typing import TYPE_CHECKING, Any, ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import positive
from initlab.init.fixed import Fixed
from initlab.init.independent import Normal, VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed
from initlab.init.spec import Role
from initlab.init.structured import Sides, Twin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["FourierFeatures"]


@dataclass(frozen=True)
class FourierFeatures(Placed):
    """The first weight N(0, sigma^2): its outputs, through sines, are random Fourier features.

    Tancik et al. (2020): cos 2 pi B x and sin 2 pi B x of coordinates x in [0, 1); B is not
    trained, its rate is 0. The larger sigma, the finer what the net can learn, and the noisier.

    Args:
        sigma: of the frequencies; 10 in most of their pictures.
        of: draws the other weights.
        pairs: whether sines of the first layer are theirs to the letter: its weight is 2 pi B,
            twice below each other, its bias pi / 2 in the first half, whose sines are cosines, and
            0 in the second. Without, 2 pi belongs to the activation.

    Raises:
        BadValueError: with pairs for a first layer that has no bias.
    """

    sigma: float = 10.0
    of: Initializer = VarianceScaling(2.0)
    pairs: bool = False
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.bias)

    def __post_init__(self) -> None:
        positive("fourier_features", sigma=self.sigma)

    def at(self, place: Place) -> Given | None:
        """Return the frequencies and their phases, or the draw of the other weights."""
        if not place.is_weight:
            first = self.pairs and place.weight is not None and place.weight.is_first
            return Given(Phases(), "lr x 0", 0.0) if first else None
        if not place.is_first:
            return Given(self.of)
        if not self.pairs:
            return Given(Normal(self.sigma), "frequencies, lr x 0", 0.0)
        if not place.biased:
            raise BadValueError(
                "fourier_features: a sine is a cosine by a bias of pi / 2, and the first layer has "
                "no bias. Give it one (use_bias: true), or leave out pairs."
            )
        both = Twin(Normal(2 * pi * self.sigma), Sides.outputs)
        return Given(both, f"2 pi x frequencies N(0, {self.sigma:g}^2), in pairs, lr x 0", 0.0)


@dataclass(frozen=True)
class Phases(Fixed):
    """pi / 2 for the first half of the outputs, 0 for the second."""

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the bias."""
        half = spec.shape[0] // 2
        out[:half], out[half:] = pi / 2, 0
