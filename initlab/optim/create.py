"""Optimizers by name, their options in Gluon's spelling or in ours."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from initlab.errors import UnknownNameError
from initlab.optim.names import optimizers

if TYPE_CHECKING:
    from initlab.optim.optimizer import Optimizer

__all__ = ["create"]

GLUON = {"learning_rate": "lr", "wd": "weight_decay"}
WITHOUT_EFFECT = ("lazy_update", "multi_precision")  # of sparse and of half-precision arrays


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
