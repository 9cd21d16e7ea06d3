"""An output bias that starts at the classes' known shares."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING, Any

from initlab.errors import BadValueError
from initlab.init.checks import need_bias
from initlab.init.fixed import Fixed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["LogOdds"]


@dataclass(frozen=True)
class LogOdds(Fixed):
    """ln(p / (1 - p)): a sigmoid output says p at the start (Lin et al., 2017, focal loss).

    Args:
        p: the share of positives.

    >>> from initlab.init import ParameterSpec
    >>> LogOdds(0.5)(ParameterSpec((1,)), None).tolist()
    [0.0]
    """

    p: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.p < 1:
            raise BadValueError(f"log_odds: p is a share between 0 and 1, got {self.p}.")

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the bias.

        Raises:
            BadValueError: when the parameter is none.
        """
        need_bias("log_odds", spec)
        out[...] = log(self.p / (1 - self.p))
