"""Isometric convolutions that look around."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.checks import positive
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import from_matrices
from initlab.init.orthogonal.haar import haar
from initlab.init.orthogonal.isometry import convolution_shape
from initlab.init.promises import Isometric

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["ConvOrthogonal"]


@dataclass(frozen=True)
class ConvOrthogonal(Initializer):
    """A Haar matrix, then for each step of the kernel P + z (1 - P), P a random projector.

    z is a shift along an axis of the kernel. Each factor keeps lengths, so the convolution does
    (Xiao et al., 2018, algorithm 1, which takes the factors of two axes in pairs). Exact with
    circular padding. Half of the channels, on average, belong to each projector.

    Args:
        scale: the singular values.
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        positive("conv_orthogonal", scale=self.scale)

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Draw in double precision.

        Raises:
            ShapeError: when there is no kernel, or fewer outputs than inputs.
        """
        copies, outputs, inputs = convolution_shape(spec, "conv_orthogonal")
        sides = [spec.shape[axis] for axis in spec.receptive_axes]
        kernels = [self._kernel(outputs, inputs, sides, rng) for _ in range(copies)]
        return from_matrices(self.scale * np.stack(kernels), spec)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the variance: the squares' sum is scale^2 for each input, by isometry."""
        _, outputs, _ = convolution_shape(spec, "conv_orthogonal")
        return Law(
            mean=0.0,
            variance=self.scale**2 / (outputs * spec.receptive),
            low=-self.scale,
            high=self.scale,
            entries=Entries.dependent,
            promises=(Isometric(self.scale),),
        )

    @staticmethod
    def _kernel(
        outputs: int, inputs: int, sides: list[int], rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """Return one kernel of shape (outputs, inputs, *sides)."""
        kernel: NDArray[np.float64] = haar(1, outputs, inputs, rng)[0].reshape(
            outputs, inputs, *(1 for _ in sides)
        )
        for axis in [2 + a for a, side in enumerate(sides) for _ in range(side - 1)]:
            kept = np.tensordot(_projector(outputs, rng), kernel, 1)
            kernel = _shifted(kept, axis, 0) + _shifted(kernel - kept, axis, 1)
        return kernel


def _projector(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the projector to a random half, more or less, of n dimensions."""
    basis = haar(1, n, n, rng)[0]
    half: NDArray[np.float64] = basis[:, rng.random(n) < 0.5]
    return half @ half.T


def _shifted(kernel: NDArray[Any], axis: int, by: int) -> NDArray[Any]:
    padding = [(0, 0)] * kernel.ndim
    padding[axis] = (by, 1 - by)
    return np.pad(kernel, padding)
