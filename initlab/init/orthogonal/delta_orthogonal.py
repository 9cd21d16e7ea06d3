"""Isometric convolutions that look at one point."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from initlab.init.checks import positive
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.orthogonal.isometry import convolution_shape, write_tap
from initlab.init.promises import Isometric

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["DeltaOrthogonal"]


@dataclass(frozen=True)
class DeltaOrthogonal(Initializer):
    """A kernel that is zero but for a Haar matrix at its centre (Xiao et al., 2018).

    The convolution keeps lengths: all its singular values are `scale`. TensorFlow 1 multiplied by
    the root of its gain; JAX and this by the scale itself.

    Args:
        scale: the singular values.
        per_group: whether each group of a grouped convolution has a matrix of its own; JAX, which
            is not told of groups, draws one for all, and lengths are not kept.
    """

    scale: float = 1.0
    per_group: bool = True

    def __post_init__(self) -> None:
        positive("delta_orthogonal", scale=self.scale)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw where it stays, in the spec's precision; float16 in single, rounded at the end.

        Raises:
            ShapeError: when there is no kernel, or fewer outputs than inputs.
        """
        seen = self._seen(spec)
        convolution_shape(seen, "delta_orthogonal")
        centre = tuple(seen.shape[axis] // 2 for axis in seen.receptive_axes)
        write_tap(centre, self.scale, seen, rng, out)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of an entry: with probability 1 / kernel size a Haar matrix's, else 0."""
        seen = self._seen(spec)
        _, n, _ = convolution_shape(seen, "delta_orthogonal")
        size = spec.receptive
        return Law(
            0.0,
            self.scale**2 / (n * size),
            3 * n * size / (n + 2),
            -self.scale,
            self.scale,
            Entries.dependent,
            (Isometric(self.scale),) if seen == spec else (),
        )

    def _seen(self, spec: ParameterSpec) -> ParameterSpec:
        return spec if self.per_group else replace(spec, groups=1)
