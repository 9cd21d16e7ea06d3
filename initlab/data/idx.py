"""The IDX files of MNIST and its relatives, in a folder that the user points to."""

from __future__ import annotations

import gzip
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task, standardize
from initlab.data.options import exactly
from initlab.errors import DataError

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["MNIST", "FashionMNIST", "read_idx"]

FILES = (
    "train-images-idx3-ubyte", "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
)  # fmt: skip
IMAGES, LABELS = 0x803, 0x801


@dataclass(frozen=True)
class MNIST:
    """Handwritten digits, 28 x 28 pixels, ten classes (LeCun et al., 1998), from a folder.

    Args:
        folder: where the four IDX files are, gzipped or not.
        outputs: the number of classes; it is 10.
    """

    folder: str = "data/mnist"
    outputs: int = 10

    def __post_init__(self) -> None:
        exactly("mnist", "classes", 10, self.outputs)

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
        """Read the four files and standardize.

        Raises:
            DataError: for a file that is missing, cut or not what its name says.
        """
        return _load("mnist", self.folder)


@dataclass(frozen=True)
class FashionMNIST:
    """Pictures of clothes, 28 x 28 pixels, ten classes (Xiao et al., 2017), from a folder.

    Args:
        folder: where the four IDX files are, gzipped or not.
        outputs: the number of classes; it is 10.
    """

    folder: str = "data/fashion_mnist"
    outputs: int = 10

    def __post_init__(self) -> None:
        exactly("fashion_mnist", "classes", 10, self.outputs)

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
        """Read the four files and standardize.

        Raises:
            DataError: for a file that is missing, cut or not what its name says.
        """
        return _load("fashion_mnist", self.folder)


def _load(name: str, folder: str) -> Data:
    place = Path(folder).expanduser()
    files = [_find(name, place, file) for file in FILES]
    train_x, train_y, test_x, test_y = (
        read_idx(file, magic)
        for file, magic in zip(files, (IMAGES, LABELS, IMAGES, LABELS), strict=True)
    )
    for images, labels, file in ((train_x, train_y, files[1]), (test_x, test_y, files[3])):
        _check(images, labels, file)
    train_x, test_x = standardize(train_x[:, None], test_x[:, None])
    return Data(
        train_x, train_y.astype(np.int64), test_x, test_y.astype(np.int64),
        name, f"IDX files in {place}", Task.classification,
    )  # fmt: skip


def _find(name: str, folder: Path, file: str) -> Path:
    for candidate in (folder / file, folder / f"{file}.gz"):
        if candidate.is_file():
            return candidate
    if folder.is_dir():
        found = ", ".join(sorted(entry.name for entry in folder.iterdir())[:8]) or "nothing"
        state = f"holds {found}"
    else:
        state = "is not there"
    raise DataError(
        f"{name}: {file} (or {file}.gz) is missing: the folder {folder.absolute()} {state}. "
        f"Put {', '.join(FILES)} there, gzipped or not, or name their folder: data.folder=PLACE."
    )


def read_idx(file: Path, magic: int) -> np.ndarray:
    """Return the unsigned bytes of an IDX file: (n,) labels or (n, rows, columns) images.

    Raises:
        DataError: for another magic number, a size that is not the header's, a broken archive.
    """
    try:
        raw = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{file} is cut or no gzip file: {error}. Fetch it again.") from error
    found = struct.unpack(">I", raw[:4])[0] if len(raw) >= 4 else None
    if found != magic:
        raise DataError(
            f"{file} begins with {'nothing' if found is None else found}, not with IDX's magic "
            f"number {magic}: it is another kind of file. Put the right one there."
        )
    rank = magic & 0xFF
    header = 4 + 4 * rank
    shape = struct.unpack(f">{rank}I", raw[4:header]) if len(raw) >= header else ()
    size = int(np.prod(shape)) if shape else 0
    if not shape or len(raw) != header + size:
        raise DataError(
            f"{file} is cut: its header promises {size:,} bytes for shape {shape}, but "
            f"{max(len(raw) - header, 0):,} follow. Fetch it again."
        )
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)


def _check(images: np.ndarray, labels: np.ndarray, file: Path) -> None:
    if len(images) != len(labels) or images.shape[1:] != (28, 28) or labels.max(initial=0) > 9:
        raise DataError(
            f"{file} and its images do not fit: {len(labels):,} labels up to "
            f"{labels.max(initial=0)}, images of shape {images.shape}; expected as many images of "
            "28 x 28 as labels from 0 to 9. Put files of one set into the folder."
        )
