"""Layer normalization: each sample by the moments along one axis."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.init import Initializer
from initlab.nn.normalization import Normalization
from initlab.tree import ParameterDict

__all__ = ["LayerNorm"]


class LayerNorm(Normalization):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta along one axis (Ba et al., 2016).

    Args:
        axis: what is normalized.
        epsilon: added to the biased variance, inside the root.
        center: whether beta is trained.
        scale: whether gamma is trained.
        beta_initializer: beta's own; zeros.
        gamma_initializer: gamma's own; ones.
        in_channels: the length of the axis; 0 lets the first forward pass tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.
    """

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initializer | str | None = "zeros",
        gamma_initializer: Initializer | str | None = "ones",
        in_channels: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(
            in_channels, center, scale, beta_initializer, gamma_initializer, prefix, params
        )
        self._axis, self._epsilon = axis, epsilon
        self._shown = {"eps": epsilon, "axis": axis, "center": center, "scale": scale}

    def infer_shape(self, x: Any) -> None:
        """Take the length of the axis from the first batch."""
        self.gamma.shape = self.beta.shape = (x.shape[self._axis_of(x, self._axis)],)

    def forward(self, x: Any) -> Any:
        """Return the normalized input, of the same shape.

        Raises:
            ShapeError: when it has no such axis, or one of another length.
        """
        axis = self._axis_of(x, self._axis)
        return nd.layer_norm(x, self.gamma.data(), self.beta.data(), axis, self._epsilon)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, in_channels={(self.gamma.shape or (0,))[0]})"
