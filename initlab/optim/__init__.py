"""Optimizers and schedules: options that, bound to parameters, make steps."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.optim.adam import Adam
from initlab.optim.optimizer import Optimizer, Stepper
from initlab.optim.schedule import Constant, Cosine, Schedule, Warmup
from initlab.optim.sgd import SGD

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SGD",
    "Adam",
    "Constant",
    "Cosine",
    "Optimizer",
    "Schedule",
    "Stepper",
    "Warmup",
    "optimizers",
    "schedules",
]


def optimizers() -> Mapping[str, type[SGD | Adam]]:
    """Return the optimizers by the names that configs use."""
    return MappingProxyType({"sgd": SGD, "adam": Adam})


def schedules() -> Mapping[str, type[Constant | Cosine | Warmup]]:
    """Return the schedules by the names that configs use."""
    return MappingProxyType({"constant": Constant, "cosine": Cosine, "warmup": Warmup})
