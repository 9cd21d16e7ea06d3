"""The flat buffer: Parameters' values side by side in one array, their gradients in another."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING

import numpy as np

from initlab.tree.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from initlab.tree.parameter import Parameter

__all__ = ["gather"]


def gather(parameters: Iterable[Parameter]) -> None:
    """Let Parameters lie side by side, so that one call steps, zeroes or measures them all.

    Each that has a known shape and no place yet gets one in new flat arrays, by dtype and by
    whether it has a gradient; its values move along. One that has a place, perhaps as another
    net's as well, stays where it is.

    >>> from initlab import nn
    >>> net = nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> gather(net.collect_params().values())
    >>> net.bias.data().array.base is net.weight.data().array.base
    True
    """
    groups: dict[tuple[np.dtype, bool], list[Parameter]] = {}
    for parameter in parameters:
        if parameter.known and parameter.place is None:
            kind = np.dtype(parameter.dtype), parameter.grad_req == "null"
            groups.setdefault(kind, []).append(parameter)
    for (dtype, _), group in groups.items():
        ends = np.cumsum([0, *(prod(p.shape or ()) for p in group)]).tolist()
        data, grad = np.empty(ends[-1], dtype), np.zeros(ends[-1], dtype)
        for parameter, (start, stop) in zip(group, pairwise(ends), strict=True):
            parameter.move(Place(data, grad, start, stop))
