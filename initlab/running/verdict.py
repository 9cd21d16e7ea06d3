"""A forecast in words, each of which follows from the numbers beside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, isfinite, isnan, log, log10, sqrt
from typing import TYPE_CHECKING

from initlab.theory import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.theory import Estimate, MeanField

__all__ = ["EXACT", "Standing", "change", "counted", "kept", "within"]

EXACT = 1 + 1e-6  # a factor so close to 1 is 1
STEADY = 1.25  # what changes by at most this factor keeps its size
NEAR = 1.05  # two lengths this close are one
HALF = 0.02  # a length map's slope this close to 1 holds lengths on one side only
ALIKE = 1e-9  # two chi this close are one
NOTHING = 1e-9  # a length that is 0 but for how slowly it gets there
LENGTHS = 1e-20, 1e18  # that stand for 0 and infinity


@dataclass(frozen=True)
class Standing:
    """Where the hidden layers of a net stand in the phase diagram.

    Args:
        field: their mean field.
        lengths: the second moments of their sums, in order.
    """

    field: MeanField
    lengths: Sequence[float]

    @property
    def first(self) -> float:
        """The factor on a gradient's second moment of the first of them."""
        return self._chi(self.lengths[0])

    @property
    def chi(self) -> float:
        """The factor of the last one that a gradient comes to through weights."""
        return self._chi(self.lengths[max(len(self.lengths) - 2, 0)])

    @property
    def phase(self) -> Phase:
        """Which side of chi = 1 that is on; critical if slowing or such factors change little."""
        if self.slowing:
            return Phase.critical
        steps = max(len(self.lengths) - 1, 1)
        changed = steps * abs(log(self.chi)) / 2 if self.chi else inf  # the factor's logarithm
        return Phase.critical if changed <= log(STEADY) else _side(self.chi)

    @property
    def label(self) -> str:
        """The phase and its number, for a picture."""
        name = "chi_1" if self.settled or not self.has_scale else "chi"
        return f"{self.phase}: {name} = {self.chi:.4g}"

    @property
    def settled(self) -> bool:
        """Whether lengths have come to the fixed point."""
        return _close(self.lengths[-1], self.field.q_star)

    @property
    def slowing(self) -> bool:
        """Whether lengths are on their way to an edge of chaos, each chi closer to 1."""
        if self.settled or self.field.phase is not Phase.critical or not self.chi:
            return False
        return abs(log(self.chi)) < abs(log(self.first)) if self.first else True

    @property
    def has_scale(self) -> bool:
        """Whether chi depends on the length; for ReLU and its like it does not."""
        small, *others = (self._chi(length) for length in (0.01, 1.0, 100.0))
        return any(abs(chi - small) > ALIKE * small for chi in others)

    @property
    def bounds(self) -> str:
        """How far quadrature may be off from the exact numbers."""
        chi = self.field.chi_1 if self.has_scale else self._chi(self.lengths[-1])
        q = self.field.q_star
        if not self.has_scale or q == inf:
            return f"By quadrature: chi_1 is off by at most {_most(chi)}."
        off = f"chi_1 is off by at most {_most(chi)}, the length by {_most(q)}"
        return f"By quadrature: at the fixed point {off}."

    def explains(self, gradient: float) -> bool:
        """Whether the phase says what becomes of gradients that change by this factor."""
        if kept(gradient):
            return self.phase is Phase.critical
        return self.phase is (Phase.ordered if gradient < 1 else Phase.chaotic)

    def sentence(self, gradient: float) -> str:
        """Say where they stand, and what that means for depth.

        Args:
            gradient: the factor on the gradient through all of them.
        """
        told = "what a layer multiplies a gradient's second moment by"
        if self.chi == 0:
            return "chi_1 = 0: no gradient comes through a layer."
        if not self.has_scale:
            return f"chi_1 = {self.chi:.6g} at every length: {told}{self._reach()}."
        last = self.lengths[-1]
        if self.settled and self.explains(gradient):
            place = f"the fixed point, length {last:.4g}"
            return f"chi_1 = {self.chi:.6g} at {place}: {told}{self._reach()}.{self._half()}"
        if not self.settled and _close(self.lengths[0], last):
            return f"chi = {self.chi:.6g} at length {last:.4g}: {told}; {self._end()}"
        way = f"{self.first:.6g} at length {self.lengths[0]:.4g} to {self.chi:.6g} at length"
        return f"chi goes from {way} {last:.4g}: {told}; {self._end()}"

    def _end(self) -> str:
        q, chi = self.field.q_star, self.field.chi_1
        if q == inf:
            return f"lengths go on growing, towards chi_1 = {chi:.6g}."
        edge = ", the edge of chaos" if self.field.phase is Phase.critical else ""
        place = f"{q:.4g}" if q > NOTHING else "0"
        return f"the fixed point is length {place}, with chi_1 = {chi:.6g}{edge}.{self._half()}"

    def _half(self) -> str:
        q = self.field.q_star
        if not NOTHING < q < inf or abs(self.field.length_slope(q) - 1) > HALF:
            return ""
        return (
            " It is half stable or nearly: lengths come to it slowly from one side and leave it on "
            "the other."
        )

    def _reach(self) -> str:
        reach = 6 * self.field.xi_c
        if self.phase is Phase.critical:
            return ""
        if not isfinite(reach):
            return "; correlations have no depth scale, xi_c = inf"
        return f"; nets of up to {counted(round(reach), 'layer')} (6 xi_c) train"

    def _chi(self, length: float) -> Estimate:
        return self.field.chi(_reached(length))


def counted(number: int, thing: str) -> str:
    """Say how many there are.

    >>> counted(1, "layer"), counted(2, "layer")
    ('1 layer', '2 layers')
    """
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def kept(factor: float) -> bool:
    """Whether what changes by a factor keeps its size."""
    return 1 / STEADY <= factor <= STEADY


def change(factor: float) -> str:
    """Say what a factor does.

    >>> change(0.99), change(0.25), change(3e-8)
    ('keep their size (x 0.99)', 'shrink by 0.25', 'shrink by 3e-08')
    """
    if factor == 0:
        return "vanish altogether"
    if factor == inf:
        return "grow beyond all numbers"
    if kept(factor):
        return f"keep their size (x {factor:.3g})"
    word = "grow" if factor > 1 else "shrink"
    return f"{word} by {factor:.1g}" if abs(log10(factor)) >= 2 else f"{word} by {factor:.3g}"


def within(fluctuation: float) -> float:
    """Return the factor that the root mean square of one draw is within, as if log-normal."""
    return exp(sqrt(log(1 + fluctuation)) / 2) if not isnan(fluctuation) else fluctuation


def _most(number: Estimate) -> str:
    """Return its bound in two digits, rounded up."""
    return f"{1.05 * number.error:.1e}"


def _side(chi: float) -> Phase:
    return Phase.ordered if chi < 1 else Phase.chaotic


def _close(a: float, b: float) -> bool:
    return a == b or (0 < a < inf and 0 < b < inf and max(a / b, b / a) <= NEAR)


def _reached(q: float) -> float:
    return min(max(q, LENGTHS[0]), LENGTHS[1])
