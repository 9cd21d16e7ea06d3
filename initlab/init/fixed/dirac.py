"""The identity of convolutions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from initlab.errors import ShapeError
from initlab.init.checks import finite
from initlab.init.fixed.formula import Formula

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Dirac", "at_centre"]


@dataclass(frozen=True)
class Dirac(Formula):
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

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the kernel, which is zero but at its centre.

        Raises:
            ShapeError: when there is no receptive field.
        """
        if not spec.receptive_axes:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has no kernel, which dirac needs. Choose "
                "identity for a matrix."
            )
        super().put(*at_centre(spec, out))

    def entry(
        self,
        spec: ParameterSpec,  # noqa: ARG002 - as many channels as there are
        i: NDArray[Any],
        j: NDArray[Any],
    ) -> NDArray[Any]:
        """Return the identity times the gain."""
        identity: NDArray[Any] = self.gain * (i == j)
        return identity


def at_centre(spec: ParameterSpec, out: NDArray[Any]) -> tuple[ParameterSpec, NDArray[Any]]:
    """Set kernels to zero, and return what stands at their centre: its spec, and a view of it.

    The centre of an even side is the later of its two middles.

    >>> import numpy as np
    >>> from initlab.init import ParameterSpec
    >>> kernels = np.empty((2, 1, 3))
    >>> at_centre(ParameterSpec(kernels.shape), kernels)[1][...] = 1.0
    >>> kernels.tolist()
    [[[0.0, 1.0, 0.0]], [[0.0, 1.0, 0.0]]]
    """
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
    return point, out[tuple(centre)]
