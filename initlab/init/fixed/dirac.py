"""The identity of convolutions."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
        return at_centre(self._matrices(spec), spec)

    def write(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
        out: NDArray[np.floating],
    ) -> None:
        """Write the kernel into `out`, beside which only its centre is made."""
        at_centre(self._matrices(spec), spec, out)

    def _matrices(self, spec: ParameterSpec) -> NDArray[Any]:
        if not spec.receptive_axes:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has no kernel, which dirac needs. Choose "
                "identity for a matrix."
            )
        copies, rows, _ = matrix_shape(spec)
        return np.broadcast_to(self.gain * np.eye(rows, spec.inputs), (copies, rows, spec.inputs))


def at_centre(
    matrices: NDArray[Any], spec: ParameterSpec, out: NDArray[np.floating] | None = None
) -> NDArray[np.floating]:
    """Return kernels that are zero but for `matrices`, copies x outputs x inputs, at the centre.

    The centre of an even side is the later of its two middles.

    Args:
        matrices: at the centre.
        spec: the kernels' parameter.
        out: where to write them, if not into a new array.
    """
    out = np.empty(spec.shape, spec.dtype) if out is None else out
    out[...] = 0
    rank, around = len(spec.shape), spec.receptive_axes
    kept = [axis for axis in range(rank) if axis not in around]
    ins, outs, copies = (
        tuple(kept.index(axis % rank) for axis in axes)
        for axes in (spec.in_axes, spec.out_axes, spec.batch_axes)
    )
    shape = tuple(spec.shape[axis] for axis in kept)
    point = replace(spec, shape=shape, in_axes=ins, out_axes=outs, batch_axes=copies)
    centre = (n // 2 if axis in around else slice(None) for axis, n in enumerate(spec.shape))
    from_matrices(matrices, point, out[tuple(centre)])
    return out
