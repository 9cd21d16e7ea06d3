"""Tying: one Parameter in two places of a tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import TieError, UnknownNameError
from initlab.tree.changes import CHANGES
from initlab.tree.walk import blocks

if TYPE_CHECKING:
    from initlab.tree.block import Block
    from initlab.tree.parameter import Parameter

__all__ = ["tie"]


def tie(net: Block, parameter: str, to: str) -> None:
    """Let the place `parameter` hold the very Parameter that stands at `to`.

    Args:
        net: the tree that has both.
        parameter: the path whose own Parameter is given up.
        to: the path of the Parameter that stays.

    Raises:
        UnknownNameError: for a path that holds no Parameter; it offers the nearest.
        TieError: when both are one already, or differ in shape or precision.

    >>> from initlab import nn
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(8, in_units=8), nn.Dense(8, in_units=8))
    >>> tie(net, parameter="1.weight", to="0.weight")
    >>> net[1].weight is net[0].weight
    True
    """
    found = dict(net.places())
    for path in (parameter, to):
        if path not in found:
            raise UnknownNameError("parameter path", path, found)
    old, kept = found[parameter], found[to]
    _check(parameter, old, to, kept)
    path, _, name = parameter.rpartition(".")
    owner = blocks(net)[path]
    owner._parameters[name] = kept  # noqa: SLF001 - tying is an edit of the tree
    owner.__dict__[name] = kept
    owner._settled = False  # noqa: SLF001 - idem; what is kept may not be drawn yet
    owner.params.replace(old, kept)
    CHANGES.note()


def _check(path: str, old: Parameter, to: str, kept: Parameter) -> None:
    if old is kept:
        raise TieError(f"{path!r} and {to!r} are one Parameter already, {kept.name}.")
    a, b = old.shape or (), kept.shape or ()
    fits = not a or not b or (len(a) == len(b) and all(
        x == y or 0 in (x, y) for x, y in zip(a, b, strict=True)
    ))  # fmt: skip
    if not fits:
        raise TieError(
            f"Cannot tie {path!r} of shape {a} to {to!r} of shape {b}: tied Parameters are one "
            "array. Choose layers of equal sizes."
        )
    if np.dtype(old.dtype) != np.dtype(kept.dtype):
        raise TieError(
            f"Cannot tie {path!r} ({old.dtype}) to {to!r} ({kept.dtype}): tied Parameters are one "
            "array. Cast one of the blocks first."
        )
