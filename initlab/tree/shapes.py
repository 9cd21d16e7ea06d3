"""Learning all shapes of a net without drawing a value."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, pause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.init import ParameterSpec

__all__ = ["only_shapes", "resolve_shapes", "stand_in"]


class _State(threading.local):
    active = False


_STATE = _State()


def only_shapes() -> bool:
    """Return whether a forward pass runs for its shapes alone."""
    return _STATE.active


def stand_in(spec: ParameterSpec) -> Tensor:
    """Return zeros of the spec's shape that take no memory: one zero, repeated by its strides."""
    return Tensor(np.broadcast_to(np.zeros((), spec.dtype), spec.shape))


@contextmanager
def _shapes_only() -> Iterator[None]:
    before, _STATE.active = _STATE.active, True
    try:
        yield
    finally:
        _STATE.active = before


def resolve_shapes(net: Any, *example: np.ndarray) -> None:
    """Run `net` on an example batch so that every shape becomes known; nothing is drawn.

    Parameters without data act as zeros that take no memory.

    Raises:
        ShapeError: when layers do not fit each other.

    >>> from initlab import nn
    >>> net = nn.Dense(3)
    >>> resolve_shapes(net, np.zeros((2, 5), "float32"))
    >>> net.weight.shape
    (3, 5)
    """
    with _shapes_only(), pause(train_mode=False), np.errstate(all="ignore"):
        net(*(Tensor(array) for array in example))
