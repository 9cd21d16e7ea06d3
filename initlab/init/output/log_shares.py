"""An output bias that starts at the classes' known shares."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError, ShapeError
from initlab.init.checks import finite, need_bias
from initlab.init.fixed import Fixed
from initlab.init.matrices import pieces

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["LogShares"]


@dataclass(frozen=True, eq=False, repr=False)
class LogShares(Fixed):
    """ln p_k for class k: a softmax output says p at the start.

    With zero weights the first cross entropy is then the labels' entropy, not ln K: the steps in
    which a net only learns the shares are saved: the log-unigram bias of language models (Meister
    et al., 2023). For classes see Karpathy's recipe (2019), which is no paper.

    Args:
        shares: of the classes, or their counts; all positive.

    >>> from initlab.init import ParameterSpec
    >>> LogShares((3, 1))(ParameterSpec((2,), "float64"), None).round(4).tolist()
    [-0.2877, -1.3863]
    """

    shares: tuple[float, ...] = (1.0, 1.0)

    def __post_init__(self) -> None:
        if isinstance(self.shares, str) or not np.iterable(self.shares):
            raise BadTypeError(
                f"log_shares: shares are a number for each class, got {self.shares!r}."
            )
        object.__setattr__(self, "shares", tuple(self.shares))
        for share in self.shares:
            finite("log_shares", shares=share)
        if not all(share > 0 for share in self.shares):
            raise BadValueError(
                f"log_shares: shares must be positive, got {tuple(self.shares)}. Give a class "
                "that is never seen a small share, such as half a count."
            )

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the bias.

        Raises:
            BadValueError: when the parameter is none.
            ShapeError: when it has another number of classes.
        """
        need_bias("log_shares", spec)
        if spec.shape != (len(self.shares),):
            raise ShapeError(
                f"{spec.label} has shape {spec.shape}, and log_shares was given "
                f"{len(self.shares)} shares: one for each output."
            )
        total = fsum(self.shares)
        for (some,) in pieces(spec.shape):
            out[some] = np.log(np.asarray(self.shares[some]) / total)
