"""Python's operators on a Tensor: each is the NumPy ufunc that an array would use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from initlab.autograd.registry import HANDLERS
from initlab.autograd.state import STATE
from initlab.errors import InPlaceError

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Self

    from initlab.autograd.node import Source

__all__ = ["Operators", "guard_write"]

S = TypeVar("S")
O = TypeVar("O", bound="Operators")


def guard_write(target: Any, *values: Any) -> None:
    """Refuse a write that the graph being recorded would not see.

    Raises:
        InPlaceError: before anything is written.
    """
    if not STATE.recording:
        return
    if getattr(target, "node", None) is not None:
        raise InPlaceError(
            f"Assigning to a Tensor of shape {target.shape} that is already in a computational "
            "graph would spoil its gradient. Write under autograd.pause(), or make a new Tensor."
        )
    if any(getattr(value, "node", None) is not None for value in values):
        raise InPlaceError(
            f"Writing a recorded value into an array of shape {np.shape(target)} would lose its "
            "gradient. Use the value itself, or write under autograd.pause()."
        )


def _unary(ufunc: Any) -> Callable[[S], S]:
    def operator(self: S) -> S:
        return HANDLERS[ufunc](self)

    return operator


def _binary(ufunc: Any) -> Callable[[S, Any], S]:
    def operator(self: S, other: Any) -> S:
        return HANDLERS[ufunc](self, other)

    return operator


def _reflected(ufunc: Any) -> Callable[[S, Any], S]:
    def operator(self: S, other: Any) -> S:
        out: S = HANDLERS[ufunc](other, self)
        return out

    return operator


def _in_place(ufunc: Any) -> Callable[[O, Any], O]:
    def operator(self: O, other: Any) -> O:
        guard_write(self, other)
        ufunc(self.array, getattr(other, "array", other), out=self.array)
        return self

    return operator


class Operators:
    """The arithmetic that a Tensor inherits."""

    __slots__ = ()
    array: np.ndarray
    node: Source | None

    __add__, __radd__, __iadd__ = _binary(np.add), _reflected(np.add), _in_place(np.add)
    __sub__, __rsub__ = _binary(np.subtract), _reflected(np.subtract)
    __isub__ = _in_place(np.subtract)
    __mul__, __rmul__ = _binary(np.multiply), _reflected(np.multiply)
    __imul__ = _in_place(np.multiply)
    __truediv__, __rtruediv__ = _binary(np.divide), _reflected(np.divide)
    __itruediv__ = _in_place(np.divide)
    __floordiv__, __rfloordiv__ = _binary(np.floor_divide), _reflected(np.floor_divide)
    __mod__, __rmod__ = _binary(np.remainder), _reflected(np.remainder)
    __rpow__, __ipow__ = _reflected(np.power), _in_place(np.power)
    __matmul__, __rmatmul__ = _binary(np.matmul), _reflected(np.matmul)
    __neg__, __pos__ = _unary(np.negative), _unary(np.positive)
    __abs__, __invert__ = _unary(np.absolute), _unary(np.invert)
    __and__, __rand__ = _binary(np.bitwise_and), _reflected(np.bitwise_and)
    __or__, __ror__ = _binary(np.bitwise_or), _reflected(np.bitwise_or)
    __xor__, __rxor__ = _binary(np.bitwise_xor), _reflected(np.bitwise_xor)
    __lt__, __le__ = _binary(np.less), _binary(np.less_equal)
    __gt__, __ge__ = _binary(np.greater), _binary(np.greater_equal)
    __eq__ = _binary(np.equal)  # type: ignore[assignment] # elementwise, as an array's
    __ne__ = _binary(np.not_equal)  # type: ignore[assignment] # elementwise, as an array's
    __hash__ = object.__hash__

    def __pow__(self, other: Any) -> Self:
        if type(other) is int and other == 2:  # several times faster, as in NumPy's own operator
            return HANDLERS[np.square](self)
        return HANDLERS[np.power](self, other)
