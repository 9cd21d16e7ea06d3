"""Recurrent ReLU nets that start as memories."""

from __future__ import annotations

from dataclasses import dataclass

from initlab.init.checks import positive
from initlab.init.fixed import Identity
from initlab.init.independent import Normal
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed

__all__ = ["IRNN"]


@dataclass(frozen=True)
class IRNN(Placed):
    """Recurrent weights gain times the identity, others N(0, sigma^2) (Le, Jaitly & Hinton, 2015).

    A recurrent weight is one whose name begins with h2h or recurrent. Biases keep their zeros.

    Args:
        gain: 1, or 0.01 for their short memory.
        sigma: of the other weights.
    """

    gain: float = 1.0
    sigma: float = 0.001

    def __post_init__(self) -> None:
        positive("irnn", gain=self.gain, sigma=self.sigma)

    def at(self, place: Place) -> Given | None:
        """Return the identity or the normal law."""
        if place.name.startswith(("h2h", "recurrent")):
            return Given(Identity(self.gain), "recurrent")
        return Given(Normal(self.sigma))
