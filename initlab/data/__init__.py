"""Data sets: options that load themselves, deterministic by their random source."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.data.dataset import Data, Dataset, Task
from initlab.data.digits import Digits
from initlab.data.mnist import MNIST, FashionMNIST
from initlab.data.order import batches, first_batch
from initlab.data.spirals import Spirals
from initlab.data.teacher import Teacher
from initlab.data.text import Text

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "MNIST",
    "Data",
    "Dataset",
    "Digits",
    "FashionMNIST",
    "Spirals",
    "Task",
    "Teacher",
    "Text",
    "batches",
    "datasets",
    "first_batch",
]


def datasets() -> Mapping[str, type[Dataset]]:
    """Return the built-in data sets by the names that configs use."""
    return MappingProxyType(
        {
            "digits": Digits,
            "mnist": MNIST,
            "fashion_mnist": FashionMNIST,
            "teacher": Teacher,
            "spirals": Spirals,
            "text": Text,
        }
    )
