"""Orthogonal matrices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from initlab.init.checks import choice, positive
from initlab.init.fans import Fans, flattened
from initlab.init.initializer import Initializer
from initlab.init.law import Entries, Law
from initlab.init.matrices import matrix_shape, whole_matrices
from initlab.init.orthogonal.haar import haar_into
from initlab.init.promises import Haar, Orthonormal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["HaarOrthogonal"]


@dataclass(frozen=True, repr=False)
class HaarOrthogonal(Initializer):
    """A Haar-distributed matrix with orthonormal rows or columns, times `scale`.

    Saxe et al. (2013). Tensors with more than two axes are taken as (outputs, everything else),
    which makes no isometric convolution (delta_orthogonal does); every group of outputs and every
    index of the batch axes has a matrix of its own, since the layer applies it as one. The
    frameworks flatten over groups and copies, each in its own layout.

    Args:
        scale: the length of the orthogonal vectors.
        layout: whose matrix: the layer's own maps (declared), or torch's, keras's or jax's.

    >>> import numpy as np
    >>> from initlab.init import ParameterSpec
    >>> w = HaarOrthogonal()(ParameterSpec((2, 3), "float64"), np.random.default_rng(0))
    >>> bool(np.allclose(w @ w.T, np.eye(2)))
    True
    """

    scale: float = 1.0
    layout: Fans = Fans.declared

    def __post_init__(self) -> None:
        positive("orthogonal", scale=self.scale)
        object.__setattr__(self, "layout", choice("orthogonal", "layout", self.layout, Fans))

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw where they stay, in the spec's precision; float16 in single, rounded at the end.

        Raises:
            ShapeError: when the parameter has no input and output axes.
        """
        seen = flattened(spec, self.layout)
        with whole_matrices(out.reshape(seen.shape), seen) as matrices:
            haar_into(matrices, rng, self.scale)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of the entries of a random unit vector, and the Haar promises."""
        seen, s = flattened(spec, self.layout), self.scale
        n = max(matrix_shape(seen)[1:])  # the vectors' length, on whose sphere they lie
        promises = (Orthonormal(s, seen), Haar(s, seen))
        return Law(0.0, s**2 / n, 3 * n / (n + 2), -s, s, Entries.dependent, promises)
