"""MNIST and its relatives, from a folder of four IDX files that the user points to."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.data.dataset import Data, Task
from initlab.data.idx import IMAGES, LABELS, read_idx
from initlab.data.options import classes
from initlab.data.standardize import standardize
from initlab.errors import BadTypeError, DataError

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["MNIST", "FashionMNIST"]

FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip


@dataclass(frozen=True)
class _Pictures:
    """Pictures of 28 x 28 pixels in ten classes; its subclasses are names and places."""

    name: ClassVar[str]
    folder: str
    outputs: int = 10

    def __post_init__(self) -> None:
        if not isinstance(self.folder, str):
            raise BadTypeError(
                f"{self.name}: folder must be a string, got {self.folder!r} of type "
                f"{type(self.folder).__name__}."
            )
        classes(self.name, 10, self.outputs)

    @property
    def task(self) -> Task:
        """Classification."""
        return Task.classification

    @property
    def input_shape(self) -> tuple[int, ...]:
        """One channel of 28 x 28 pixels."""
        return (1, 28, 28)

    def example(self) -> np.ndarray:
        """Return two zero samples; no file is read."""
        return np.zeros((2, 1, 28, 28), np.float32)

    def load(self, source: RandomSource) -> Data:  # noqa: ARG002 - the split is the files' own
        """Read the four files and standardize by one mean and one std of all training pixels.

        Raises:
            DataError: for a file that is missing, cut or not what its name says.
        """
        place = Path(self.folder).expanduser().absolute()
        files = _find(self.name, place)
        train_x, train_y = _pair(files[0], files[1])
        test_x, test_y = _pair(files[2], files[3])
        train_x, test_x = standardize(train_x, test_x)
        source_text = f"IDX files in {place}"
        return Data(train_x, train_y, test_x, test_y, self.name, source_text, self.task)


@dataclass(frozen=True)
class MNIST(_Pictures):
    """Handwritten digits, 28 x 28 pixels, ten classes (LeCun et al., 1998), from a folder.

    Inputs are (n, 1, 28, 28).

    Args:
        folder: where the four IDX files are, gzipped or not.
        outputs: the number of classes; it is 10.

    >>> MNIST(folder="~/data/mnist").input_shape
    (1, 28, 28)
    """

    name: ClassVar[str] = "mnist"
    folder: str = "data/mnist"


@dataclass(frozen=True)
class FashionMNIST(_Pictures):
    """Pictures of clothes, 28 x 28 pixels, ten classes (Xiao et al., 2017), from a folder.

    Inputs are (n, 1, 28, 28).

    Args:
        folder: where the four IDX files are, gzipped or not.
        outputs: the number of classes; it is 10.

    >>> FashionMNIST().outputs
    10
    """

    name: ClassVar[str] = "fashion_mnist"
    folder: str = "data/fashion_mnist"


def _find(name: str, folder: Path) -> list[Path]:
    """Return the four files, each plain or gzipped.

    Raises:
        DataError: telling what is missing, and what is there instead.
    """
    choices = [(folder / file, folder / f"{file}.gz") for file in FILES]
    found = [next((file for file in pair if file.is_file()), None) for pair in choices]
    files = [file for file in found if file is not None]
    if len(files) == len(FILES):
        return files
    missing = [file for file, there in zip(FILES, found, strict=True) if there is None]
    raise DataError(
        f"{name}: {', '.join(missing)} missing: {folder} {_state(folder)}. Put the missing files "
        "there under these names, gzipped (.gz) or not, or say where they are: data.folder=PLACE."
    )


def _state(folder: Path) -> str:
    if not folder.is_dir():
        return "is no folder" if folder.exists() else "does not exist"
    names = sorted(entry.name for entry in folder.iterdir())
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return f"holds {', '.join(names[:8]) or 'nothing'}{more}"


def _pair(images: Path, labels: Path) -> tuple[np.ndarray, np.ndarray]:
    """Return pictures (n, 1, 28, 28) in bytes, and their labels (n,)."""
    x, y = read_idx(images, IMAGES), read_idx(labels, LABELS)
    if x.shape != (len(y), 28, 28) or len(y) == 0 or y.max() > 9 or x.min() == x.max():
        raise DataError(
            f"{images.name} and {labels.name} in {images.parent} are no pictures and their labels: "
            f"expected as many pictures of 28 x 28, not all blank, as labels from 0 to 9; found "
            f"pictures of shape {x.shape} with values up to {x.max(initial=0)}, {len(y):,} labels "
            f"up to {y.max(initial=0)}. Put two files of one set there."
        )
    return x[:, None], y.astype(np.int64)
