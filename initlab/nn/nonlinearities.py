"""Elementwise layers with a constant or a Parameter of their own."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.init import Constant, Initializer
from initlab.tree import Block, ParameterDict

__all__ = ["ELU", "GELU", "SELU", "LeakyReLU", "PReLU", "Swish"]


class LeakyReLU(Block):
    """x above 0 and alpha x up to 0, where the derivative is alpha (Maas et al., 2013).

    Args:
        alpha: the slope below 0.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for a negative slope.

    >>> LeakyReLU(0.1)
    LeakyReLU(0.1)
    """

    def __init__(
        self, alpha: float, prefix: str | None = None, params: ParameterDict | None = None
    ) -> None:
        if alpha < 0:
            raise BadValueError(f"LeakyReLU needs a slope of at least 0, got alpha={alpha}.")
        super().__init__(prefix, params)
        self._alpha = alpha

    def forward(self, x: Any) -> Any:
        """Return the function of every element."""
        return nd.leaky_relu(x, self._alpha)

    def __repr__(self) -> str:
        return f"LeakyReLU({self._alpha})"


class PReLU(Block):
    """x above 0 and alpha x up to 0, with alpha trained (He et al., 2015).

    Args:
        alpha_initializer: alpha's own; 0.25 if None.
        in_channels: 1 for one alpha, or as many as axis 1 of the input is long.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.
    """

    def __init__(
        self,
        alpha_initializer: Initializer | str | None = None,
        in_channels: int = 1,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        with self.name_scope():
            self.alpha = self.params.get(
                "alpha",
                shape=(in_channels,),
                init=Constant(0.25) if alpha_initializer is None else alpha_initializer,
                role="other",
                in_axes=(),
            )

    def forward(self, x: Any) -> Any:
        """Return the function of every element.

        Raises:
            ShapeError: when axis 1 is not as long as alpha.
        """
        alpha = self.alpha.data()
        if len(alpha) > 1:
            if x.ndim < 2 or x.shape[1] != len(alpha):
                raise ShapeError(
                    f"PReLU has {len(alpha)} slopes for the channels on axis 1, but its input is "
                    f"of shape {x.shape}."
                )
            alpha = alpha.reshape(len(alpha), *[1] * (x.ndim - 2))
        return np.where(x > 0, x, alpha * x)


class ELU(Block):
    """x above 0 and alpha (e^x - 1) below (Clevert et al., 2016).

    Args:
        alpha: what the function falls to, negated.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self, alpha: float = 1.0, prefix: str | None = None, params: ParameterDict | None = None
    ) -> None:
        super().__init__(prefix, params)
        self._alpha = alpha

    def forward(self, x: Any) -> Any:
        """Return the function of every element."""
        return nd.elu(x, self._alpha)


class SELU(Block):
    """The scaled ELU that keeps mean 0 and variance 1 (Klambauer et al., 2017).

    Args:
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def forward(self, x: Any) -> Any:
        """Return the function of every element."""
        return nd.selu(x)


class GELU(Block):
    """x times the normal distribution function of x (Hendrycks & Gimpel, 2016).

    Args:
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def forward(self, x: Any) -> Any:
        """Return the function of every element."""
        return nd.gelu(x)


class Swish(Block):
    """x sigmoid(beta x) (Ramachandran et al., 2017).

    Args:
        beta: how steep it is.
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(
        self, beta: float = 1.0, prefix: str | None = None, params: ParameterDict | None = None
    ) -> None:
        super().__init__(prefix, params)
        self._beta = beta

    def forward(self, x: Any) -> Any:
        """Return the function of every element."""
        return nd.silu(x) if self._beta == 1 else x * nd.sigmoid(self._beta * x)
