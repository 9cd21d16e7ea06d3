"""A text, character by character."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from initlab.data.dataset import Data, Task
from initlab.data.options import classes, count, parted
from initlab.data.order import split
from initlab.errors import BadTypeError, DataError

if TYPE_CHECKING:
    from initlab.nd.random import RandomSource

__all__ = ["Text"]

ALPHABET = "\n" + "".join(map(chr, range(32, 127)))
"""The characters that have a number, their place; all others have the next one."""


@dataclass(frozen=True)
class Text:
    """What comes next in a text: the help topics that every Python ships, or a file.

    Inputs are (n, length) numbers of characters, labels the numbers of their successors. There are
    97 numbers: the line's end, the 95 printable ASCII characters, and one for all others.

    Args:
        file: a text file in UTF-8; Python's topics if empty.
        length: how many characters a sample has.
        characters: how many of the text are used at most.
        test_share: the share of samples kept for testing.
        outputs: how many numbers there are; it is 97.

    >>> from initlab.nd.random import Streams
    >>> data = Text(length=10, characters=1001).load(Streams(0))
    >>> data.train_x.shape, data.train_y.shape
    ((80, 10), (80, 10))
    """

    file: str = ""
    length: int = 64
    characters: int = 100_000
    test_share: float = 0.2
    outputs: int = len(ALPHABET) + 1

    def __post_init__(self) -> None:
        if not isinstance(self.file, str):
            kind = type(self.file).__name__
            raise BadTypeError(f"text: file must be a string, got {self.file!r} of type {kind}.")
        count("text", 1, length=self.length)
        count("text", 2 * self.length + 1, characters=self.characters)
        parted("text", (self.characters - 1) // self.length, self.test_share)
        classes("text", len(ALPHABET) + 1, self.outputs)

    @property
    def task(self) -> Task:
        """Classification: of each character's successor."""
        return Task.classification

    @property
    def input_shape(self) -> tuple[int, ...]:
        """A sample's characters."""
        return (self.length,)

    def example(self) -> np.ndarray:
        """Return two samples of line ends; no file is read."""
        return np.zeros((2, self.length), np.float32)

    def load(self, source: RandomSource) -> Data:
        """Read, cut into samples and split.

        Raises:
            DataError: when the file cannot be read or is too short.
        """
        numbers = _numbers(self._read()[: self.characters])
        samples = (len(numbers) - 1) // self.length
        if round(samples * self.test_share) in (0, samples):
            raise DataError(
                f"text: {self._where} has {len(numbers)} characters, which give {samples} samples "
                f"of {self.length}: too few to keep {self.test_share} of them for testing. Choose "
                "a longer text or a smaller data.length."
            )
        used = samples * self.length
        x = numbers[:used].reshape(samples, -1).astype(np.float32)
        y = numbers[1 : used + 1].reshape(samples, -1)
        parts = split(x, y, self.test_share, source)
        return Data(*parts, "text", self._where, self.task)

    @property
    def _where(self) -> str:
        return self.file or "Python's help topics"

    def _read(self) -> str:
        if not self.file:
            topics = import_module("pydoc_data.topics").topics
            return "\n".join(topics[name] for name in sorted(topics))
        try:
            return Path(self.file).expanduser().read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise DataError(
                f"text: {self.file} cannot be read as UTF-8 ({error}). Say where a text is: "
                "data.file=PLACE, or leave it out for Python's help topics."
            ) from error


def _numbers(text: str) -> np.ndarray:
    r"""Return the number of each character, (n,) in int64.

    >>> _numbers("\n a€").tolist()
    [0, 1, 66, 96]
    """
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.int64)
    known = np.full(128, len(ALPHABET), np.int64)
    known[[ord(character) for character in ALPHABET]] = np.arange(len(ALPHABET))
    return known[np.minimum(codes, 127)]
