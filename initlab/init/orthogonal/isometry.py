"""What isometric convolutions ask of a parameter, and start from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import ShapeError
from initlab.init.matrices import matrix_shape
from initlab.init.orthogonal.haar_orthogonal import HaarOrthogonal
from initlab.init.tiled import write_tiled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["convolution_shape", "write_tap"]


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


def write_tap(
    tap: tuple[int, ...],
    scale: float,
    spec: ParameterSpec,
    rng: np.random.Generator,
    out: NDArray[np.floating],
) -> None:
    """Write kernels that are zero but for a Haar matrix, times a scale, at one tap."""
    around = spec.receptive_axes
    shape = tuple(1 if axis in around else n for axis, n in enumerate(spec.shape))
    taps = np.zeros([spec.shape[axis] for axis in around])
    taps[tap] = 1
    point = replace(spec, shape=shape, dtype=out.dtype)
    write_tiled(HaarOrthogonal(scale), point, rng, out, dict.fromkeys(around, 1), taps)
