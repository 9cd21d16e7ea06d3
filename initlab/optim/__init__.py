"""Optimizers and schedules: options that, bound to parameters, make steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab.doors import on_demand

if TYPE_CHECKING:
    from initlab.optim.adadelta import AdaDelta
    from initlab.optim.adagrad import AdaGrad
    from initlab.optim.adam import Adam
    from initlab.optim.adamax import Adamax
    from initlab.optim.clip import clip_global_norm
    from initlab.optim.create import create
    from initlab.optim.dcasgd import DCASGD
    from initlab.optim.ftml import FTML
    from initlab.optim.ftrl import Ftrl
    from initlab.optim.lamb import LAMB
    from initlab.optim.lars import LARS
    from initlab.optim.nadam import Nadam
    from initlab.optim.nag import NAG
    from initlab.optim.names import optimizers, schedules
    from initlab.optim.optimizer import Optimizer
    from initlab.optim.rmsprop import RMSProp
    from initlab.optim.rule import Pace
    from initlab.optim.schedule import Constant, Cosine, Schedule, Warmup
    from initlab.optim.scheduler import (
        CosineScheduler,
        FactorScheduler,
        LRScheduler,
        MultiFactorScheduler,
        PolyScheduler,
    )
    from initlab.optim.sgd import SGD
    from initlab.optim.sgld import SGLD
    from initlab.optim.signum import Signum
    from initlab.optim.stepper import Stepper
    from initlab.optim.trainer import Trainer
else:
    on_demand(__name__)

__all__ = [
    "DCASGD",
    "FTML",
    "LAMB",
    "LARS",
    "NAG",
    "SGD",
    "SGLD",
    "AdaDelta",
    "AdaGrad",
    "Adam",
    "Adamax",
    "Constant",
    "Cosine",
    "CosineScheduler",
    "FactorScheduler",
    "Ftrl",
    "LRScheduler",
    "MultiFactorScheduler",
    "Nadam",
    "Optimizer",
    "Pace",
    "PolyScheduler",
    "RMSProp",
    "Schedule",
    "Signum",
    "Stepper",
    "Trainer",
    "Warmup",
    "clip_global_norm",
    "create",
    "optimizers",
    "schedules",
]
