"""What isometric convolutions ask of a parameter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.errors import ShapeError
from initlab.init.matrices import matrix_shape

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["convolution_shape"]


def convolution_shape(spec: ParameterSpec, name: str) -> tuple[int, int, int]:
    """Return (copies, outputs, inputs) of a convolution that can keep lengths.

    Raises:
        ShapeError: when there is no kernel, or fewer outputs than inputs.
    """
    copies, rows, _ = matrix_shape(spec)
    if not spec.receptive_axes:
        raise ShapeError(
            f"{spec.label} of shape {spec.shape} has no kernel, and {name} is for convolutions. "
            "Choose orthogonal for a matrix."
        )
    if spec.inputs > rows:
        raise ShapeError(
            f"{spec.label} of shape {spec.shape} has {spec.inputs} inputs and {rows} outputs (in "
            f"a group): no such convolution keeps lengths, and {name} needs outputs >= inputs. "
            "Choose orthogonal, whose rows are orthonormal over the kernel."
        )
    return copies, rows, spec.inputs
