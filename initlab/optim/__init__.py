"""Optimizers and schedules: options that, bound to parameters, make steps."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from initlab.optim.adadelta import AdaDelta
from initlab.optim.adagrad import AdaGrad
from initlab.optim.adam import Adam
from initlab.optim.adamax import Adamax
from initlab.optim.ftrl import Ftrl
from initlab.optim.nag import NAG
from initlab.optim.optimizer import Optimizer
from initlab.optim.rmsprop import RMSProp
from initlab.optim.schedule import Constant, Cosine, Schedule, Warmup
from initlab.optim.sgd import SGD
from initlab.optim.signum import Signum
from initlab.optim.stepper import Stepper

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "NAG",
    "SGD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "Adamax",
    "Constant",
    "Cosine",
    "Ftrl",
    "Optimizer",
    "RMSProp",
    "Schedule",
    "Signum",
    "Stepper",
    "Warmup",
    "optimizers",
    "schedules",
]


def optimizers() -> Mapping[str, type[Optimizer]]:
    """Return the optimizers by the names that configs use."""
    kinds = (SGD, NAG, Adam, Adamax, RMSProp, AdaGrad, AdaDelta, Ftrl, Signum)
    return MappingProxyType({kind.__name__.lower(): kind for kind in kinds})


def schedules() -> Mapping[str, type[Constant | Cosine | Warmup]]:
    """Return the schedules by the names that configs use."""
    return MappingProxyType({"constant": Constant, "cosine": Cosine, "warmup": Warmup})
