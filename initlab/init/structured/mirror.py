"""Weights in mirrored pairs, with which a ReLU net starts linear."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import choice
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import as_matrices, from_matrices, matrix_shape
from initlab.init.orthogonal import HaarOrthogonal
from initlab.init.promises import Mirrored
from initlab.init.spec import ParameterSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Mirror", "Sides"]


class Sides(StrEnum):
    """Which sides come in pairs: both, or only the outputs (a net's first layer) or the inputs."""

    both = "both"
    outputs = "outputs"
    inputs = "inputs"


@dataclass(frozen=True, repr=False)
class Mirror(Initializer):
    """[[W, -W], [-W, W]], the looks-linear initialization (Balduzzi et al., 2017).

    ReLU splits a signal into its positive and its negative part, and the next layer takes their
    difference: the net is linear at the start. The first layer mirrors only its outputs, the
    last one only its inputs. With Gaussian W this is the parameter sharing of Burkholz &
    Dubatovka (2019).

    Args:
        of: draws W, for a parameter of half the size.
        sides: both, outputs or inputs.
    """

    of: Initializer = HaarOrthogonal()
    sides: Sides = Sides.both

    def __post_init__(self) -> None:
        object.__setattr__(self, "sides", choice("mirror", "sides", self.sides, Sides))

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw W and mirror it.

        Raises:
            ShapeError: when a mirrored side is odd, or there are no sides.
        """
        part, shape = self._part(spec)
        w = as_matrices(self.of(part, rng), part).reshape(shape)
        if self.sides is not Sides.outputs:
            w = np.concatenate([w, -w], axis=2)
        if self.sides is not Sides.inputs:
            w = np.concatenate([w, -w], axis=1)
        return from_matrices(w, spec)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of W's entries with either sign."""
        part, _ = self._part(spec)
        base = self.of.law(part)
        far = max(abs(base.low), abs(base.high))
        mirrored = Mirrored(self.sides is not Sides.inputs, self.sides is not Sides.outputs)
        centred = base.mean == 0
        return Law(
            0.0,
            None if base.variance is None or base.mean is None else base.variance + base.mean**2,
            base.kurtosis if centred else None,
            -far,
            far,
            Entries.dependent,
            (mirrored,),
        )

    def _part(self, spec: ParameterSpec) -> tuple[ParameterSpec, tuple[int, int, int, int]]:
        """Return the spec of W, laid out as (copies, outputs, inputs, field), and its shape."""
        copies, rows, _ = matrix_shape(spec)
        columns = spec.inputs
        half_rows = 1 if self.sides is Sides.inputs else 2
        half_columns = 1 if self.sides is Sides.outputs else 2
        if rows % half_rows or columns % half_columns:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} maps {columns} to {rows}, and a mirrored side "
                "is even. Make the layer's width even, or mirror one side: sides=outputs or "
                "sides=inputs."
            )
        shape = (copies, rows // half_rows, columns // half_columns, spec.receptive)
        part = ParameterSpec(
            shape, spec.dtype, spec.role, in_axes=(2,), out_axes=(1,), batch_axes=(0,)
        )
        return part, shape
