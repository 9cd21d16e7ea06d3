"""What a calibrator may see of the data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.autograd import Tensor

__all__ = ["Batch"]


@dataclass(frozen=True, eq=False)
class Batch:
    """A batch of training samples, the loss on it, and a seed for what is random besides.

    Args:
        x: the inputs, a sample a row.
        y: the labels or targets; None where there are none.
        loss: from outputs and labels to a loss a sample.
        seed: of what a calibrator draws itself.

    Raises:
        BadValueError: for a batch without samples, or with other numbers of inputs and labels.
    """

    x: np.ndarray
    y: np.ndarray | None = None
    loss: Callable[[Tensor, Tensor], Tensor] | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        if not len(self.x):
            raise BadValueError("A calibrator needs a batch with at least one sample, got none.")
        if self.y is not None and len(self.y) != len(self.x):
            raise BadValueError(f"A batch of {len(self.x)} inputs has {len(self.y)} labels.")

    def __len__(self) -> int:
        return len(self.x)

    def require_labels(self, who: str) -> None:
        """Raise a BadValueError unless there are labels and a loss."""
        if self.y is None or self.loss is None:
            raise BadValueError(
                f"{who} follows the loss, so its batch needs labels and a loss: "
                "Batch(x, y, nn.SoftmaxCrossEntropyLoss())."
            )

    def generator(self) -> np.random.Generator:
        """Return a new generator of the seed."""
        return np.random.default_rng(self.seed)
