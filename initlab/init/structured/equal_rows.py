"""Outputs whose weights have one length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError
from initlab.init.checks import positive
from initlab.init.independent import Normal
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrix_shape
from initlab.init.promises import Rows
from initlab.init.structured.units import lengths, some_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["EqualRows"]


@dataclass(frozen=True)
class EqualRows(Initializer):
    """What another initializer draws, each output's weights scaled to one length.

    Without the spread of lengths that a Gaussian draw has no unit starts louder than another. It is
    how weight normalization (Salimans & Kingma, 2016) starts where all gains are `length`; the
    length sqrt(2) is He's (2015) argument, for rows.

    Args:
        of: draws the values; its scale does not matter.
        length: of each output's weights; sqrt(2) keeps the second moment through ReLU.
    """

    of: Initializer = Normal(1.0)
    length: float = 2**0.5

    def __post_init__(self) -> None:
        positive("equal_rows", length=self.length)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Have the other write into `out`, and bring rows to their length there.

        Raises:
            BadValueError: when an output's weights are all zero.
            ShapeError: when the parameter has no input and output axes.
        """
        spec.require_fans()
        self.of.write(spec, rng, out)
        for rows, along in some_rows(out, spec):
            found = lengths(rows, along)
            if not found.all():
                raise BadValueError(
                    f"equal_rows: {self.of} draws an output of zeros for {spec.label}. Choose "
                    "another."
                )
            np.multiply(rows, self.length / found, out=rows)

    def law(self, spec: ParameterSpec) -> Law:
        """Return what is exact: the lengths; for centred values the variance, length^2 / fan_in."""
        n = matrix_shape(spec)[2]
        rows = (Rows(square_sum=self.length**2),)
        gaussian = isinstance(self.of, Normal) and self.of.mean == 0
        return Law(
            0.0 if gaussian else None,
            self.length**2 / n if gaussian else None,
            3 * n / (n + 2) if gaussian else None,
            -self.length,
            self.length,
            Entries.dependent,
            rows,
        )
