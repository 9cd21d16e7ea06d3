"""The built-in data sets by the names that configs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab import data
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["datasets"]


def datasets() -> Mapping[str, type[data.Dataset]]:
    """Return them, each imported when it is asked for."""
    return Shelf(
        {
            "digits": lambda: data.Digits,
            "mnist": lambda: data.MNIST,
            "fashion_mnist": lambda: data.FashionMNIST,
            "teacher": lambda: data.Teacher,
            "spirals": lambda: data.Spirals,
            "text": lambda: data.Text,
        }
    )
