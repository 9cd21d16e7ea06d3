"""Optimizers by name, their options in Gluon's spelling or in ours."""

from __future__ import annotations

from dataclasses import fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from initlab.errors import UnknownNameError
from initlab.optim.adadelta import AdaDelta
from initlab.optim.adagrad import AdaGrad
from initlab.optim.adam import Adam
from initlab.optim.adamax import Adamax
from initlab.optim.dcasgd import DCASGD
from initlab.optim.ftml import FTML
from initlab.optim.ftrl import Ftrl
from initlab.optim.lamb import LAMB
from initlab.optim.lars import LARS
from initlab.optim.nadam import Nadam
from initlab.optim.nag import NAG
from initlab.optim.rmsprop import RMSProp
from initlab.optim.sgd import SGD
from initlab.optim.sgld import SGLD
from initlab.optim.signum import Signum

if TYPE_CHECKING:
    from collections.abc import Mapping

    from initlab.optim.optimizer import Optimizer

__all__ = ["create", "optimizers"]

GLUON = {"learning_rate": "lr", "wd": "weight_decay"}
WITHOUT_EFFECT = ("lazy_update", "multi_precision")  # of sparse and of half-precision arrays


def optimizers() -> Mapping[str, type[Optimizer]]:
    """Return the optimizers by the names that configs use."""
    kinds = (
        SGD, NAG, Adam, Adamax, Nadam, RMSProp, AdaGrad, AdaDelta, Ftrl, FTML, Signum,
        LARS, LAMB, SGLD, DCASGD,
    )  # fmt: skip
    return MappingProxyType({kind.__name__.lower(): kind for kind in kinds})


def create(name: str, **options: Any) -> Optimizer:
    """Make an optimizer.

    Args:
        name: as in `optimizers()`, in any case.
        options: its own; `learning_rate` is lr, `wd` is weight_decay.

    Raises:
        UnknownNameError: for another name or option.
        BadValueError: for an option outside what is allowed.

    >>> create("sgd", learning_rate=0.1, wd=1e-4).lr
    0.1
    """
    shelf = optimizers()
    cls = shelf.get(name.lower())
    if cls is None:
        raise UnknownNameError("optimizer", name, shelf)
    known = {field.name for field in fields(cls)}
    given = {GLUON.get(k, k): v for k, v in options.items() if k not in WITHOUT_EFFECT}
    for option in given:
        if option not in known:
            raise UnknownNameError(f"option of {name}", option, [*known, *GLUON])
    return cls(**given)
