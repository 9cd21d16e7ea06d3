"""A parameter of half the outputs, half the inputs, or both."""

from __future__ import annotations

from enum import StrEnum

from initlab.errors import ShapeError
from initlab.init.matrices import matrix_shape
from initlab.init.spec import ParameterSpec

__all__ = ["Sides", "halved"]


class Sides(StrEnum):
    """Which sides come in pairs: both, or only the outputs (a net's first layer) or the inputs."""

    both = "both"
    outputs = "outputs"
    inputs = "inputs"


def halved(spec: ParameterSpec, sides: Sides) -> ParameterSpec:
    """Return the spec of one half, laid out as (copies, outputs, inputs, field).

    Raises:
        ShapeError: when a side that comes in pairs is odd, or there are no sides.
    """
    copies, rows, _ = matrix_shape(spec)
    columns = spec.inputs
    half_rows = 1 if sides is Sides.inputs else 2
    half_columns = 1 if sides is Sides.outputs else 2
    if rows % half_rows or columns % half_columns:
        raise ShapeError(
            f"{spec.label} of shape {spec.shape} maps {columns} to {rows}, and a side in pairs is "
            "even. Make the layer's width even, or pair one side: sides=outputs or sides=inputs."
        )
    shape = (copies, rows // half_rows, columns // half_columns, spec.receptive)
    return ParameterSpec(shape, spec.dtype, spec.role, in_axes=(2,), out_axes=(1,), batch_axes=(0,))
