"""A convolution that keeps lengths: all its singular values are one scale."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.init.matrices import as_matrices
from initlab.init.promises.rounding import rounding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Isometric"]


@dataclass(frozen=True)
class Isometric:
    """The circular convolution with the kernel has no singular value but `scale`.

    Its singular values are those of the kernel's Fourier transform at every frequency (Sedghi et
    al., 2019), here on a grid of twice the kernel's size.
    """

    scale: float = 1.0

    def broken(self, draws: Sequence[NDArray[Any]], spec: ParameterSpec) -> str | None:
        """Return the singular values' range where it is no point."""
        kernel = [spec.shape[axis] for axis in spec.receptive_axes]
        axes = tuple(range(3, 3 + len(kernel)))
        for drawn in draws:
            w = as_matrices(drawn, spec)
            w = w.reshape(*w.shape[:2], spec.inputs, *kernel) / self.scale
            waves = np.fft.fftn(w, [2 * size for size in kernel], axes)
            values = np.linalg.svd(np.moveaxis(waves, (1, 2), (-2, -1)), compute_uv=False)
            if np.abs(values - 1).max() > rounding(spec):
                return (
                    "is no isometric convolution: its singular values over the scale lie between "
                    f"{values.min():.4g} and {values.max():.4g}"
                )
        return None
