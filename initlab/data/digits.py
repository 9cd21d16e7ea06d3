"""Real handwritten digits that ship with scikit-learn."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task, split, standardize
from initlab.data.options import between, exactly
from initlab.errors import DataError

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Digits"]


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits of 8 x 8 pixels, ten classes (Alpaydin & Kaynak, 1998).

    Args:
        test_share: the share of samples kept for testing.
        outputs: the number of classes; it is 10.
    """

    test_share: float = 0.2
    outputs: int = 10

    def __post_init__(self) -> None:
        between("digits", 0, 1, test_share=self.test_share)
        exactly("digits", "classes", 10, self.outputs)

    @property
    def task(self) -> Task:
        """Classification."""
        return Task.classification

    @property
    def input_shape(self) -> tuple[int, ...]:
        """64 pixels."""
        return (64,)

    def example(self) -> np.ndarray:
        """Return two zero samples."""
        return np.zeros((2, 64), np.float32)

    def load(self, source: RandomSource) -> Data:
        """Read, split, standardize.

        Raises:
            DataError: when scikit-learn's file is not where it ships.
        """
        table = _table()
        x, y = table[:, :-1], table[:, -1].astype(np.int64)
        train_x, train_y, test_x, test_y = split(x, y, self.test_share, source)
        train_x, test_x = standardize(train_x, test_x)
        return Data(
            train_x, train_y, test_x, test_y, "digits", "scikit-learn load_digits", self.task
        )


def _table() -> np.ndarray:
    """Read the file that `sklearn.datasets.load_digits` reads, without importing scikit-learn.

    The import takes about a second, the file a twentieth of it; a test holds both equal.
    """
    spec = find_spec("sklearn")
    folder = Path(spec.origin).parent if spec and spec.origin else Path()
    file = folder / "datasets" / "data" / "digits.csv.gz"
    if not file.is_file():
        raise DataError(
            f"digits: {file} is not there, although scikit-learn ships it. "
            "Reinstall scikit-learn, or choose other data: data=spirals."
        )
    return np.loadtxt(file, delimiter=",", dtype=np.float32)
