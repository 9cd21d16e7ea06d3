"""Real handwritten digits that ship with scikit-learn."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task
from initlab.data.options import classes, parted
from initlab.data.order import split
from initlab.data.standardize import standardize
from initlab.errors import DataError

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Digits", "read_digits"]

SAMPLES, PIXELS = 1797, 64


@dataclass(frozen=True)
class Digits:
    """1,797 handwritten digits of 8 x 8 pixels, ten classes (Alpaydin & Kaynak, 1998).

    Inputs are (n, 64), standardized by one mean and one std of all training pixels.

    Args:
        test_share: the share of samples kept for testing.
        outputs: the number of classes; it is 10.

    >>> Digits().example().shape
    (2, 64)
    """

    test_share: float = 0.2
    outputs: int = 10

    def __post_init__(self) -> None:
        parted("digits", SAMPLES, self.test_share)
        classes("digits", 10, self.outputs)

    @property
    def task(self) -> Task:
        """Classification."""
        return Task.classification

    @property
    def input_shape(self) -> tuple[int, ...]:
        """64 pixels."""
        return (PIXELS,)

    def example(self) -> np.ndarray:
        """Return two zero samples; no file is read."""
        return np.zeros((2, PIXELS), np.float32)

    def load(self, source: RandomSource) -> Data:
        """Read, split, standardize.

        Raises:
            DataError: when scikit-learn's file is not where it ships, or not whole.
        """
        table = read_digits(_shipped())
        x, y = table[:, :-1], table[:, -1].astype(np.int64)
        train_x, train_y, test_x, test_y = split(x, y, self.test_share, source)
        train_x, test_x = standardize(train_x, test_x)
        return Data(
            train_x, train_y, test_x, test_y, "digits", "scikit-learn load_digits", self.task
        )


def _shipped() -> Path:
    """Return the file that `sklearn.datasets.load_digits` reads, without importing scikit-learn.

    The import takes about a second, the file 5 ms; a test holds what they give equal.
    """
    spec = find_spec("sklearn")
    if spec is None or spec.origin is None:
        raise DataError(
            "digits: scikit-learn, which ships the digits, is not installed. "
            "pip install scikit-learn, or choose other data: data=spirals."
        )
    return Path(spec.origin).parent / "datasets" / "data" / "digits.csv.gz"


def read_digits(file: Path) -> np.ndarray:
    """Return (1797, 65) in float32: the pixels, from 0 to 16, and in the last column the digit.

    Raises:
        DataError: when `file` is missing or not the table that scikit-learn ships.
    """
    try:
        table = np.loadtxt(file, delimiter=",", dtype=np.float32)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise DataError(f"digits: {file} cannot be read ({error}). {_REPAIR}") from error
    if table.shape != (SAMPLES, PIXELS + 1):
        raise DataError(
            f"digits: {file} holds a table of shape {table.shape}, not "
            f"{(SAMPLES, PIXELS + 1)}. {_REPAIR}"
        )
    return table


_REPAIR = "Reinstall scikit-learn, which ships it, or choose other data: data=spirals."
