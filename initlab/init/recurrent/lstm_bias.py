"""The bias of an LSTM that starts by remembering."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from initlab.init.checks import finite
from initlab.init.fixed import Fixed
from initlab.init.recurrent.gates import check_gates, gate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["LSTMBias"]


@dataclass(frozen=True)
class LSTMBias(Fixed):
    """`forget_bias` for the forget gate, 0 for the others (Gers et al., 2000).

    Jozefowicz et al. (2015) recommend 1. Where a layer has two bias vectors that add up, as
    PyTorch's has, give it to one of them.

    Args:
        forget_bias: the forget gate's.
        gates: the order of the blocks in the vector, f for the forget gate; by keyword.

    >>> from initlab.init import ParameterSpec
    >>> LSTMBias()(ParameterSpec((8,)), None).tolist()
    [0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """

    forget_bias: float = 1.0
    gates: str = field(default="ifco", kw_only=True)

    def __post_init__(self) -> None:
        finite("lstm_bias", forget_bias=self.forget_bias)
        check_gates("lstm_bias", self.gates, "f")

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the bias.

        Raises:
            ShapeError: when the parameter is no vector that the gates divide.
        """
        chosen = gate(spec, self.gates, "f")
        out[...] = 0
        out[chosen] = self.forget_bias
