"""The bias of an LSTM, which starts by remembering."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import finite
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["LSTMBias"]


@dataclass(frozen=True)
class LSTMBias(Initializer):
    """The forget gate's bias in the second quarter, 0 elsewhere (Jozefowicz et al., 2015).

    Args:
        forget_bias: the value.

    >>> from initlab.init import ParameterSpec
    >>> LSTMBias()(ParameterSpec((4,)), None).tolist()
    [0.0, 1.0, 0.0, 0.0]
    """

    forget_bias: float = 1.0

    def __post_init__(self) -> None:
        finite("lstmbias", forget_bias=self.forget_bias)

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return the bias.

        Raises:
            ShapeError: when the first axis does not fall into four gates.
        """
        units, rest = divmod(spec.shape[0] if spec.shape else 1, 4)
        if rest:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} does not fall into an LSTM's four gates."
            )
        values = np.zeros(spec.shape, spec.dtype)
        values[units : 2 * units] = self.forget_bias
        return values
