"""Data sets: options that load themselves, deterministic by their random source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.data.dataset import Data, Dataset, Task
    from initlab.data.digits import Digits
    from initlab.data.mnist import MNIST, FashionMNIST
    from initlab.data.names import datasets
    from initlab.data.order import batches, first_batch
    from initlab.data.spirals import Spirals
    from initlab.data.teacher import Teacher
    from initlab.data.text import Text
else:
    on_demand(__name__)

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
