"""Group normalization: each group of channels of each sample by its own moments."""

from __future__ import annotations

from math import prod
from typing import Any

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.init import Initializer
from initlab.nn.normalization import Normalization
from initlab.tree import ParameterDict

__all__ = ["GroupNorm"]


class GroupNorm(Normalization):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta, one of each a group (Wu & He, 2018).

    As in Gluon, whose gamma and beta belong to groups where the paper's belong to channels.

    Args:
        num_groups: into how many groups axis 1 is cut.
        epsilon: added to the biased variance, inside the root.
        center: whether beta is trained.
        scale: whether gamma is trained.
        beta_initializer: beta's own; zeros.
        gamma_initializer: gamma's own; ones.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for fewer than one group.

    >>> GroupNorm(2)
    GroupNorm(eps=1e-05, num_groups=2, center=True, scale=True)
    """

    def __init__(
        self,
        num_groups: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initializer | str | None = "zeros",
        gamma_initializer: Initializer | str | None = "ones",
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if num_groups < 1:
            raise BadValueError(f"GroupNorm needs at least 1 group, got num_groups={num_groups}.")
        super().__init__(
            num_groups, center, scale, beta_initializer, gamma_initializer, prefix, params
        )
        self._groups, self._epsilon = num_groups, epsilon
        self._shown = {"eps": epsilon, "num_groups": num_groups, "center": center, "scale": scale}

    def forward(self, x: Any) -> Any:
        """Return the normalized input, of the same shape.

        Raises:
            ShapeError: when the groups do not divide the channels.
        """
        if x.ndim < 2 or x.shape[1] % self._groups:
            raise ShapeError(
                f"GroupNorm cuts axis 1 into {self._groups} groups, which an input of shape "
                f"{x.shape} does not allow."
            )
        grouped = x.reshape(len(x), self._groups, prod(x.shape[1:]) // self._groups)
        y = nd.normalize(grouped, self.gamma.data(), self.beta.data(), (2,), 1, self._epsilon)
        return y.reshape(x.shape)
