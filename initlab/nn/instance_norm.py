"""Instance normalization: each channel of each sample by its own moments."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import ShapeError
from initlab.init import Initializer
from initlab.nn.normalization import Normalization
from initlab.tree import ParameterDict

__all__ = ["InstanceNorm"]


class InstanceNorm(Normalization):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta a channel (Ulyanov et al., 2016).

    Args:
        axis: the channels'; the moments are taken over all others but the first.
        epsilon: added to the biased variance, inside the root.
        center: whether beta is trained.
        scale: whether gamma is trained.
        beta_initializer: beta's own; zeros.
        gamma_initializer: gamma's own; ones.
        in_channels: how many channels; 0 lets the first forward pass tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    >>> InstanceNorm()
    InstanceNorm(eps=1e-05, axis=1, center=True, scale=False, in_channels=0)
    """

    def __init__(
        self,
        axis: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = False,
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
        """Take the number of channels from the first batch."""
        self.gamma.shape = self.beta.shape = (x.shape[self._axis_of(x, self._axis)],)

    def forward(self, x: Any) -> Any:
        """Return the normalized input, of the same shape.

        Raises:
            ShapeError: when it has no axis besides the samples' and the channels', or other
                channels than were known.
        """
        axis = self._axis_of(x, self._axis)
        over = tuple(i for i in range(1, x.ndim) if i != axis)
        if axis == 0 or not over:
            raise ShapeError(
                f"InstanceNorm needs samples, channels and something to normalize: an input of "
                f"shape {x.shape} with axis={self._axis} has no other axis."
            )
        return nd.normalize(x, self.gamma.data(), self.beta.data(), over, axis, self._epsilon)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, in_channels={(self.gamma.shape or (0,))[0]})"
