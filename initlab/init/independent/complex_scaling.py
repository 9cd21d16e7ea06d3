"""Variance scaling for complex weights."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from math import exp, pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError
from initlab.init.checks import choice, positive
from initlab.init.fans import Fans, Mode, fan
from initlab.init.initializer import Initializer
from initlab.init.law import Law
from initlab.init.matrices import pieces
from initlab.nd.random import fill, uniform_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ComplexScaling"]

CUT = 1 - exp(-4)  # the share of an axisymmetric normal law within |z| <= 2 parents' deviations
CUT_SECOND = 1 - 4 * exp(-4) / CUT  # E|z|^2 of what is left: 0.925370558604937


@dataclass(frozen=True, repr=False)
class ComplexScaling(Initializer):
    """A circular complex normal law cut at two deviations, with E|w|^2 = scale / fan.

    For complex parameters (Trabelsi et al., 2017). |z|^2 of the parent is exponential, so the cut
    law's std is sqrt(1 - 4 e^-4 / (1 - e^-4)) = 0.961961828; JAX 0.10 divides by 0.953111644 and
    draws 0.9 % too much.

    Args:
        scale: E|w|^2 times the fan.
        mode: which fan.

    >>> from initlab.init import ParameterSpec
    >>> w = ComplexScaling()(ParameterSpec((40, 50), "complex64"), np.random.default_rng(0))
    >>> bool(abs(np.mean(abs(w) ** 2) * 50 - 1) < 0.1)
    True
    """

    scale: float = 1.0
    mode: Mode = Mode.fan_in

    def __post_init__(self) -> None:
        positive("complex_scaling", scale=self.scale)
        object.__setattr__(self, "mode", choice("complex_scaling", "mode", self.mode, Mode))

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw the radius by inversion and the angle uniformly, in all cores.

        Raises:
            BadTypeError: for a parameter of real numbers.
        """
        std = self._std(spec)
        fill(rng, out.view(out.real.dtype), partial(_circular_into, std=std))

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law: variance E|w|^2, kurtosis E|w|^4 over its square, |w| <= 2 parents'."""
        std = self._std(spec)
        fourth = 2 - (16 + 8) * exp(-4) / CUT  # E|z|^4 = int_0^4 x^2 e^-x dx / CUT
        cut = 2 * std / sqrt(CUT_SECOND)
        return Law(0.0, std**2, fourth / CUT_SECOND**2, -cut, cut)

    def _std(self, spec: ParameterSpec) -> float:
        if spec.dtype.kind != "c":
            raise BadTypeError(
                f"{spec.label} holds {spec.dtype}, and complex_scaling draws complex numbers. "
                "For real ones there is variance_scaling."
            )
        return sqrt(self.scale / fan(spec, self.mode, Fans.declared))


def _circular_into(rng: np.random.Generator, out: NDArray[Any], std: float) -> None:
    """Fill `out`, which holds complex numbers as pairs, from radii and then angles."""
    uniform_into(rng, out)
    radii, angles = out.reshape(2, -1).copy()
    numbers = out.view(np.result_type(out.dtype, 1j))
    for (some,) in pieces(numbers.shape):
        radius = std * np.sqrt(-np.log1p(-CUT * radii[some]) / CUT_SECOND)
        numbers[some] = radius * np.exp(2j * pi * angles[some])
