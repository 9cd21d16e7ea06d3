"""What a parameter is before it has values: its shape, its role, and which axes are in and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from functools import cache
from math import prod
from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError, ShapeError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ParameterSpec", "Role"]


class Role(StrEnum):
    """What a parameter is for; configs choose initializers by it."""

    weight = "weight"
    bias = "bias"
    gain = "gain"
    embedding = "embedding"
    other = "other"


@dataclass(frozen=True)
class ParameterSpec:
    """The layer's declaration of a parameter, from which the fans follow.

    Axes that are neither in, out nor batch are the receptive field: they multiply both fans. A tied
    parameter is one and drawn once: it has the axes and the role of the layer that it is tied to.

    Args:
        shape: the dimensions; 0 stands for one that is not known yet.
        dtype: of the elements.
        role: what the parameter is for.
        in_axes: the axes that are summed over when the layer is applied.
        out_axes: the axes that index outputs.
        batch_axes: the axes that index independent copies (experts, stacked layers).
        groups: how many independent groups the layer falls into: the outputs of a grouped
            convolution, or the inputs of a transposed one, whose axis 0 they are.
        name: the parameter's name, for messages; not part of what it is.

    Raises:
        BadTypeError: for a dimension, an axis or a number of groups that is no integer, and for
            what is no dtype.
        BadValueError: for a negative dimension, fewer than one group, or an axis named twice.
        UnknownNameError: for what is no role.

    >>> ParameterSpec((256, 20)).fan_in, ParameterSpec((256, 20)).fan_out
    (20, 256)
    >>> ParameterSpec((32, 1, 3, 3), groups=32).fan_out  # depthwise: one output a channel
    9
    """

    shape: tuple[int, ...]
    dtype: np.dtype[Any] = field(default_factory=lambda: np.dtype(np.float32))
    role: Role = Role.weight
    in_axes: tuple[int, ...] = (1,)
    out_axes: tuple[int, ...] = (0,)
    batch_axes: tuple[int, ...] = ()
    groups: int = 1
    name: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shape", _dimensions(self.shape))
        object.__setattr__(self, "dtype", _dtype(self.dtype))
        if type(self.role) is not Role:
            object.__setattr__(self, "role", _role(self.role))
        try:
            groups, named = index(self.groups), self._named
            if not {*map(type, named)} <= _INT:
                named = tuple(map(index, named))
        except TypeError:
            raise BadTypeError(
                f"{self.label}: groups and axes are integers, got groups {self.groups!r}, axes "
                f"{self.in_axes} (in), {self.out_axes} (out) and {self.batch_axes} (batch)."
            ) from None
        if groups < 1:
            raise BadValueError(f"{self.label}: groups must be at least 1, got {self.groups}.")
        if _twice(len(self.shape), named):
            raise BadValueError(
                f"{self.label} of shape {self.shape} has an axis twice among {self.in_axes} (in), "
                f"{self.out_axes} (out) and {self.batch_axes} (batch): an axis is one of these."
            )

    @property
    def _named(self) -> tuple[int, ...]:
        """The axes that are in, out or batch."""
        return *self.in_axes, *self.out_axes, *self.batch_axes

    @property
    def known(self) -> bool:
        """Whether every dimension is known."""
        return all(self.shape)

    @property
    def label(self) -> str:
        """How a message's first words name it: "Parameter 'dense0_bias'", or "A bias"."""
        return f"Parameter {self.name!r}" if self.name else f"A parameter (role {self.role})"

    @property
    def fan_in(self) -> int:
        """How many inputs each output sums, at a stride of 1.

        A transposed convolution of stride s sums an s-th of them along each axis: axes do not tell.

        Raises:
            ShapeError: when the shape lacks the declared axes (a vector has no fans), one of the
                dimensions that count is unknown, or the groups do not divide them.
        """
        return self.inputs * self.receptive

    @property
    def fan_out(self) -> int:
        """How many outputs each input reaches.

        Raises:
            ShapeError: as for `fan_in`.
        """
        return self.outputs * self.receptive

    @property
    def grouped(self) -> str:
        """The side whose axes run over all groups: "in" if axis 0 is an input axis, else "out"."""
        return "in" if 0 in self.in_axes or -len(self.shape) in self.in_axes else "out"

    @property
    def inputs(self) -> int:
        """How many input channels each output sees: the fan_in without the receptive field."""
        return self._channels("in", self.in_axes)

    @property
    def outputs(self) -> int:
        """How many output channels each input reaches: the fan_out without the receptive field."""
        return self._channels("out", self.out_axes)

    @property
    def receptive(self) -> int:
        """The size of the receptive field: the axes that are neither in, out nor batch."""
        return self._product("receptive field", self.receptive_axes)

    @property
    def receptive_axes(self) -> tuple[int, ...]:
        """The axes of the receptive field, counted from 0."""
        self.require_fans()
        rank = len(self.shape)
        used = {axis % rank for axis in self._named}
        return tuple(axis for axis in range(rank) if axis not in used)

    @property
    def has_fans(self) -> bool:
        """Whether it maps inputs to outputs: both have axes, and the shape has those axes."""
        exist = all(-len(self.shape) <= axis < len(self.shape) for axis in self._named)
        return bool(self.in_axes) and bool(self.out_axes) and exist

    def require_known(self) -> None:
        """Raise a ShapeError unless every dimension is known."""
        if not self.known:
            raise ShapeError(f"{self.label} has shape {self.shape}, {_UNKNOWN}")

    def require_fans(self) -> None:
        """Raise a ShapeError unless it maps inputs to outputs; dimensions may be unknown."""
        if not self.has_fans:
            raise ShapeError(
                f"{self.label} of shape {self.shape} has no fan_in and fan_out: they need axes "
                f"{self.in_axes} (in) and {self.out_axes} (out). Choose an initializer without "
                "fans for it: zeros, constant, uniform, normal."
            )

    def _channels(self, side: str, axes: tuple[int, ...]) -> int:
        self.require_fans()
        channels = self._product(f"fan_{side}", axes)
        if side != self.grouped:
            return channels
        if channels % self.groups:
            raise ShapeError(
                f"{self.label} of shape {self.shape} has {channels} {side}puts, which "
                f"{self.groups} groups do not divide."
            )
        return channels // self.groups

    def _product(self, what: str, axes: tuple[int, ...]) -> int:
        dims = [self.shape[axis] for axis in axes]
        if not all(dims):
            raise ShapeError(f"{self.label} of shape {self.shape} has no {what} yet, {_UNKNOWN}")
        return prod(dims)


@cache
def _twice(rank: int, axes: tuple[int, ...]) -> bool:
    """Return whether an axis of an array is named twice."""
    there = [axis % rank for axis in axes if -rank <= axis < rank]
    return len(set(there)) < len(there)


_INT = {int}
_UNKNOWN = (
    "where 0 is a dimension that is not known. Run a forward pass first, or give the layer its "
    "input size."
)


def _role(role: Any) -> Role:
    try:
        return Role(role)
    except ValueError:
        raise UnknownNameError("role", str(role), [known.value for known in Role]) from None


def _dtype(dtype: Any) -> np.dtype[Any]:
    try:
        known: np.dtype[Any] = np.dtype(dtype)
    except TypeError:
        raise BadTypeError(
            f"A dtype is one of NumPy's, such as 'float32', got {dtype!r}."
        ) from None
    return known


def _dimensions(shape: Iterable[int]) -> tuple[int, ...]:
    try:
        dims = tuple(index(dim) for dim in shape)
    except TypeError:
        raise BadTypeError(f"A shape is a sequence of integers, got {shape!r}.") from None
    if any(dim < 0 for dim in dims):
        raise BadValueError(f"Shape {dims} has a negative dimension; write 0 for an unknown one.")
    return dims
