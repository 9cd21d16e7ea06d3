"""Layer normalization."""

from __future__ import annotations

from typing import Any

from initlab import nd
from initlab.errors import ShapeError
from initlab.init import Initializer
from initlab.tree import Block, ParameterDict

__all__ = ["LayerNorm"]


class LayerNorm(Block):
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
        super().__init__(prefix, params)
        self._axis, self._epsilon = axis, epsilon
        self.gamma = self.params.get(
            "gamma",
            grad_req="write" if scale else "null",
            shape=(in_channels,),
            init=gamma_initializer,
            allow_deferred_init=True,
            role="gain",
            in_axes=(),
        )
        self.beta = self.params.get(
            "beta",
            grad_req="write" if center else "null",
            shape=(in_channels,),
            init=beta_initializer,
            allow_deferred_init=True,
            role="bias",
            in_axes=(),
        )

    def infer_shape(self, x: Any) -> None:
        """Take the length of the axis from the first batch."""
        self.gamma.shape = self.beta.shape = (self._length(x),)

    def _length(self, x: Any) -> int:
        if not -x.ndim <= self._axis < x.ndim:
            raise ShapeError(
                f"An input of shape {x.shape} has no axis {self._axis} to normalize. Choose axis "
                "among its axes."
            )
        return int(x.shape[self._axis])

    def forward(self, x: Any) -> Any:
        """Return the normalized input, of the same shape.

        Raises:
            ShapeError: when it has no such axis, or one of another length.
        """
        if (self._length(x),) != self.gamma.shape:
            raise ShapeError(
                f"An input of shape {x.shape} has {self._length(x)} values on axis {self._axis}, "
                f"but gamma of shape {self.gamma.shape} takes {(self.gamma.shape or (0,))[0]}."
            )
        return nd.layer_norm(x, self.gamma.data(), self.beta.data(), self._axis, self._epsilon)

    def __repr__(self) -> str:
        channels = (self.gamma.shape or (0,))[0]
        return f"LayerNorm(axis={self._axis}, eps={self._epsilon}, in_channels={channels})"
