"""Recurrent ReLU nets that start as memories."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.errors import ShapeError
from initlab.init.checks import positive
from initlab.init.fixed import Identity
from initlab.init.independent import Normal
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, need_recurrence

__all__ = ["IRNN"]


@dataclass(frozen=True)
class IRNN(Placed):
    """Recurrent weights gain times the identity, others N(0, sigma^2) (Le, Jaitly & Hinton, 2015).

    A recurrent weight is one with h2h or recurrent in its name. Biases keep their zeros.

    Args:
        gain: 1 keeps what came in; of any other, gain^t is left after t steps.
        sigma: of the other weights.
    """

    gain: float = 1.0
    sigma: float = 0.001

    def __post_init__(self) -> None:
        positive("irnn", gain=self.gain, sigma=self.sigma)

    def at(self, place: Place) -> Given | None:
        """Return the identity or the normal law.

        Raises:
            ShapeError: for a recurrent weight of several gates.
            BadValueError: for a net without recurrent weights.
        """
        need_recurrence(place, "irnn")
        if not place.is_recurrent:
            return Given(Normal(self.sigma))
        if place.spec.known and place.spec.fan_in != place.spec.fan_out:
            raise ShapeError(
                f"{place.path} of shape {place.spec.shape} is a recurrent weight of several gates; "
                "irnn is for the plain RNN, whose one is square. Choose orthogonal."
            )
        return Given(Identity(self.gain), "recurrent")
