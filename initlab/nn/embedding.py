"""The embedding layer: rows of a table by their numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError
from initlab.init import Initializer
from initlab.tree import Block, ParameterDict

__all__ = ["Embedding"]


class Embedding(Block):
    """Row number x of a table of shape (input_dim, output_dim).

    Args:
        input_dim: how many rows.
        output_dim: how long each is.
        dtype: of the table.
        weight_initializer: the table's own.
        sparse_grad: unused; Gluon's signature, all gradients are dense.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for sizes that are not positive.

    >>> Embedding(5, 3)
    Embedding(5 -> 3, float32)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        dtype: str = "float32",
        weight_initializer: Initializer | str | None = None,
        sparse_grad: bool = False,  # noqa: ARG002 - Gluon's signature
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if input_dim < 1 or output_dim < 1:
            raise BadValueError(
                f"Embedding needs sizes of at least 1, got input_dim={input_dim}, "
                f"output_dim={output_dim}."
            )
        super().__init__(prefix, params)
        self._rows = input_dim
        self.weight = self.params.get(
            "weight",
            shape=(input_dim, output_dim),
            dtype=dtype,
            init=weight_initializer,
            allow_deferred_init=True,
            role="embedding",
            in_axes=(0,),
            out_axes=(1,),
        )

    def forward(self, x: Any) -> Any:
        """Return (..., output_dim) for row numbers of shape (...).

        Raises:
            BadValueError: for a number that no row has.
        """
        asked = np.asarray(x)
        with np.errstate(invalid="ignore"):  # nan: it is refused below
            rows = asked.astype(np.intp)
        bad = asked[(rows != asked) | (rows < 0) | (rows >= self._rows)]
        if bad.size:
            raise BadValueError(
                f"{self.name} has rows 0 to {self._rows - 1}, got {bad[0]}. Give it a larger "
                "input_dim, or look where the number comes from."
            )
        return nd.take(self.weight.data(), rows, axis=0)

    def __repr__(self) -> str:
        rows, width = self.weight.shape or (0, 0)
        return f"Embedding({rows} -> {width}, {self.weight.dtype})"
