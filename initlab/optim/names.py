"""The optimizers and schedules by the names that configs use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from initlab import optim
from initlab.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["optimizers", "schedules"]


def optimizers() -> Mapping[str, type[optim.Optimizer]]:
    """Return the optimizers, each imported when it is asked for."""
    return Shelf(
        {
            "sgd": lambda: optim.SGD,
            "nag": lambda: optim.NAG,
            "adam": lambda: optim.Adam,
            "adamax": lambda: optim.Adamax,
            "nadam": lambda: optim.Nadam,
            "rmsprop": lambda: optim.RMSProp,
            "adagrad": lambda: optim.AdaGrad,
            "adadelta": lambda: optim.AdaDelta,
            "ftrl": lambda: optim.Ftrl,
            "ftml": lambda: optim.FTML,
            "signum": lambda: optim.Signum,
            "lars": lambda: optim.LARS,
            "lamb": lambda: optim.LAMB,
            "sgld": lambda: optim.SGLD,
            "dcasgd": lambda: optim.DCASGD,
        }
    )


def schedules() -> Mapping[str, type[optim.Constant | optim.Cosine | optim.Warmup]]:
    """Return the schedules, likewise."""
    return Shelf(
        {
            "constant": lambda: optim.Constant,
            "cosine": lambda: optim.Cosine,
            "warmup": lambda: optim.Warmup,
        }
    )
