"""Small layers without weights: dropout, flattening, another shape."""

from __future__ import annotations

from math import prod
from typing import Any

from initlab import nd
from initlab.errors import BadValueError, ShapeError
from initlab.nd.random import generator
from initlab.tree import Block, ParameterDict

__all__ = ["Dropout", "Flatten", "Reshape"]


class Dropout(Block):
    """While training, each value is dropped with probability `rate`, the others scaled up.

    Srivastava et al. (2014); draws from `nd.random`.

    Args:
        rate: the probability, in [0, 1).
        axes: axes along which one choice holds for all.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    Raises:
        BadValueError: for another rate.
    """

    def __init__(
        self,
        rate: float,
        axes: tuple[int, ...] = (),
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if not 0 <= rate < 1:
            raise BadValueError(f"Dropout needs a rate of at least 0 and below 1, got {rate}.")
        super().__init__(prefix, params)
        self._rate, self._axes = rate, tuple(axes)

    def forward(self, x: Any) -> Any:
        """Return x, with values dropped while training."""
        return nd.dropout(x, self._rate, generator(), self._axes)

    def __repr__(self) -> str:
        return f"Dropout(p = {self._rate}, axes={self._axes})"


class Flatten(Block):
    """(n, ...) to (n, product of the rest).

    Args:
        prefix: of the block's name.
        params: unused; Gluon's signature.
    """

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        super().__init__(prefix, params)

    def forward(self, x: Any) -> Any:
        """Return the matrix."""
        return x.reshape(x.shape[0], prod(x.shape[1:]))

    def __repr__(self) -> str:
        return "Flatten"


class Reshape(Block):
    """(n, ...) to (n, *shape): a vector of pixels to a picture.

    Args:
        shape: of one sample.
        prefix: of the block's name.
        params: unused; Gluon's signature.

    >>> Reshape((1, 8, 8))
    Reshape(1, 8, 8)
    """

    def __init__(
        self,
        shape: tuple[int, ...],
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        self._shape = tuple(shape)

    @property
    def shape(self) -> tuple[int, ...]:
        """Of one sample."""
        return self._shape

    def forward(self, x: Any) -> Any:
        """Return the same values, (n, *shape).

        Raises:
            ShapeError: when a sample has another number of values.
        """
        if prod(x.shape[1:]) != prod(self._shape):
            raise ShapeError(
                f"Reshape makes samples of shape {self._shape}, {prod(self._shape)} values, of an "
                f"input of shape {x.shape}, {prod(x.shape[1:])} values a sample."
            )
        return x.reshape(x.shape[0], *self._shape)

    def __repr__(self) -> str:
        return f"Reshape({', '.join(map(str, self._shape))})"
