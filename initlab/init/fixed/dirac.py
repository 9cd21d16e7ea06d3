"""The identity of convolutions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import finite
from initlab.init.fixed.fixed import Fixed
from initlab.init.matrices import from_matrices, matrix_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Dirac", "at_centre"]


@dataclass(frozen=True)
class Dirac(Fixed):
    """A convolution that hands its channels on, as many as there are, in every group.

    PyTorch's dirac_ (2017), which has no paper; DiracNets add it to each convolution (Zagoruyko &
    Komodakis, 2017).

    Args:
        gain: the value at the kernel's centre.

    >>> from initlab.init import ParameterSpec
    >>> Dirac()(ParameterSpec((1, 1, 3)), None).tolist()
    [[[0.0, 1.0, 0.0]]]
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        finite("dirac", gain=self.gain)

    def values(self, spec: ParameterSpec) -> NDArray[Any]:
        """Return the kernel.

        Raises:
            ShapeError: when there is no receptive field.
        """
        if not spec.receptive_axes:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has no kernel, which dirac needs. Choose "
                "identity for a matrix."
            )
        copies, rows, _ = matrix_shape(spec)
        return at_centre(
            np.broadcast_to(self.gain * np.eye(rows, spec.inputs), (copies, rows, spec.inputs)),
            spec,
        )


def at_centre(matrices: NDArray[Any], spec: ParameterSpec) -> NDArray[np.floating]:
    """Return kernels that are zero but for `matrices`, copies x outputs x inputs, at the centre.

    The centre of an even side is the later of its two middles.
    """
    sides = [spec.shape[axis] for axis in spec.receptive_axes]
    kernel = np.zeros((*matrices.shape, *sides), matrices.dtype)
    centre: tuple[Any, ...] = (..., *(side // 2 for side in sides))
    kernel[centre] = matrices
    return from_matrices(kernel, spec)
