"""Gated recurrent layers that start by remembering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from initlab.init.fans import Mode
from initlab.init.fixed import Zeros
from initlab.init.independent import Shape, VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.orthogonal import HaarOrthogonal
from initlab.init.place import Place
from initlab.init.placed.placed import Given, Placed, need_recurrence
from initlab.init.recurrent import LSTMBias
from initlab.init.spec import Role

__all__ = ["RecurrentStart"]


@dataclass(frozen=True)
class RecurrentStart(Placed):
    """Weights of recurrent nets by what they do, as Keras's LSTM starts: three laws in one rule.

    Glorot's uniform law from inputs, orthogonal ones from the last step, and a bias of the gates on
    one of the two vectors that add up: 1 for the forget gate (Gers et al., 2000; Jozefowicz et al.,
    2015). Recurrent parameters are those with h2h or recurrent in their names; biases of layers
    without the LSTM's four gates are 0.

    Args:
        of: draws the weights that are not recurrent.
        recurrent: draws those that are.
        bias: gives the recurrent bias, such as lstmbias or chrono; the gates in its order.
    """

    of: Initializer = VarianceScaling(1.0, Mode.fan_avg, Shape.uniform)
    recurrent: Initializer = HaarOrthogonal()
    bias: Initializer = LSTMBias()
    roles: ClassVar[tuple[Role, ...]] = (Role.weight, Role.bias)

    def at(self, place: Place) -> Given | None:
        """Return one of the three, or zeros for other biases.

        Raises:
            BadValueError: for a net without recurrent weights.
        """
        need_recurrence(place, "recurrent")
        own = place.spec.role == Role.bias
        if place.is_recurrent:
            if own and not _has_four_gates(place.weight):
                return Given(Zeros(), "no LSTM's")
            return Given(self.bias if own else self.recurrent, "recurrent")
        return Given(Zeros() if own else self.of)


def _has_four_gates(weight: Place | None) -> bool:
    """Whether a recurrent weight is an LSTM's, of 4 rows a unit; fewer columns if projected."""
    spec = None if weight is None else weight.spec
    return spec is not None and spec.known and spec.outputs >= 4 * spec.inputs
