"""A net whose function is zero at the start, and which learns as if it were not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import sqrt

from initlab.errors import BadValueError
from initlab.init.independent import VarianceScaling
from initlab.init.initializer import Initializer
from initlab.init.place import OptimizerKind, Place
from initlab.init.placed.placed import Given, Placed, absorbed, told_rate
from initlab.init.spec import Role
from initlab.init.structured import Sides, Twin

__all__ = ["Antisymmetric"]


@dataclass(frozen=True)
class Antisymmetric(Placed):
    """Two equal nets of half the width, whose outputs are subtracted (Zhang et al., 2020).

    Their (f(x; a) - f(x; b)) / sqrt(2) with a = b at the start: the first weight is [W, W], those
    between are two blocks, the last is [W, -W] / sqrt(2), and as the root is taken into it, its
    rate is 1/2 of SGD's, 1 / sqrt(2) of Adam's. The function is 0 while all weights have gradients,
    as they have not if the last weight is 0; the tangent kernel is that of one net. The zeros
    between the nets learn, too, and theirs are not there. Gates, directions, an odd number of heads
    and groups do not fall into the halves, and are refused; nor do inputs that were flattened with
    the channels last.

    Args:
        of: draws the half-sized weights.
    """

    of: Initializer = VarianceScaling(2.0)

    def at(self, place: Place) -> Given | None:
        """Return the twin.

        Raises:
            BadValueError: for a layer whose halves are not of the two nets.
        """
        if why := _obstacle(place):
            raise BadValueError(
                f"antisymmetric cannot make two nets of {place.path}: {why}, and the function "
                "would not be 0. Choose zero_output, whose function is, too."
            )
        enters = place.is_first or place.spec.role == Role.embedding
        sides = Sides.outputs if enters else Sides.inputs if place.is_last else Sides.both
        if not place.is_last:
            return Given(Twin(self.of, sides), f"twins, {sides}")
        kind = self.trained_by(place, OptimizerKind.sgd)
        rate = absorbed(1 / sqrt(2), kind)
        return Given(Twin(self.of, sides), f"twins, {sides}, {told_rate(rate, kind)}", rate)


def _obstacle(place: Place) -> str:
    """Return why the halves of a weight are not those of two nets, or nothing."""
    spec = place.spec
    if place.is_first and place.is_last:
        return "it is the only weight, which no other's halves go into"
    if spec.groups > 1:
        return f"its {spec.groups} groups do not mix what the halves do"
    if place.heads > 1 and place.heads % 2:
        return f"its {place.heads} heads do not come in pairs"
    if re.match(r"r\d+_", place.name):
        return "it is one of two directions"
    gated = place.is_recurrent and spec.known and spec.outputs != spec.inputs
    if gated:
        return "its rows belong to several gates"
    interleaved = "its inputs were flattened with the channels last, so that the nets' alternate"
    return interleaved if _interleaved(place) else ""


def _interleaved(place: Place) -> bool:
    """Whether a matrix takes several places of the layer before, each with all its channels."""
    spec, before = place.spec, place.before
    if spec.receptive_axes or spec.role == Role.embedding:
        return False
    if before is None or not (spec.known and before.known):
        return False
    channels_first = bool(before.receptive_axes) and min(before.receptive_axes) > 1
    return spec.inputs != before.outputs and not channels_first
