"""What a parameter is before it has values: its shape, its role, and which axes are in and out."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from math import prod

import numpy as np

from initlab.errors import ShapeError

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

    Axes that are neither in, out nor batch are the receptive field: they multiply both fans.

    Args:
        shape: the dimensions; 0 stands for one that is not known yet.
        dtype: float32 or float64.
        role: what the parameter is for.
        in_axes: the axes that are summed over when the layer is applied.
        out_axes: the axes that index outputs.
        batch_axes: the axes that index independent copies (experts, stacked layers).
        groups: how many independent groups the outputs fall into (grouped convolution).
        name: the parameter's name, for messages; not part of what it is.

    >>> ParameterSpec((256, 20)).fan_in, ParameterSpec((256, 20)).fan_out
    (20, 256)
    >>> ParameterSpec((32, 1, 3, 3), groups=32).fan_out  # depthwise: one output a channel
    9
    """

    shape: tuple[int, ...]
    dtype: np.dtype[np.floating] = field(default_factory=lambda: np.dtype(np.float32))
    role: Role = Role.weight
    in_axes: tuple[int, ...] = (1,)
    out_axes: tuple[int, ...] = (0,)
    batch_axes: tuple[int, ...] = ()
    groups: int = 1
    name: str = field(default="", compare=False)

    @property
    def known(self) -> bool:
        """Whether every dimension is known."""
        return all(dim > 0 for dim in self.shape)

    @property
    def fan_in(self) -> int:
        """How many inputs each output sums.

        Raises:
            ShapeError: when the shape lacks the declared axes (a vector has no fans) or a
                dimension is unknown.
        """
        return self._product(self.in_axes) * self._receptive_field()

    @property
    def fan_out(self) -> int:
        """How many outputs each input reaches.

        Raises:
            ShapeError: as for `fan_in`.
        """
        return self._product(self.out_axes) * self._receptive_field() // self.groups

    @property
    def has_fans(self) -> bool:
        """Whether the declared axes exist and are known."""
        used = (*self.in_axes, *self.out_axes, *self.batch_axes)
        return self.known and bool(used) and max(used) < len(self.shape)

    def _product(self, axes: tuple[int, ...]) -> int:
        self._check()
        return prod(self.shape[axis] for axis in axes)

    def _receptive_field(self) -> int:
        used = {*self.in_axes, *self.out_axes, *self.batch_axes}
        return prod(dim for axis, dim in enumerate(self.shape) if axis not in used)

    def _check(self) -> None:
        if self.has_fans:
            return
        name = f"{self.name!r} " if self.name else ""
        if not self.known and len(self.shape) > 1:
            raise ShapeError(
                f"Parameter {name}of shape {self.shape} has no fans yet: 0 is a dimension that is "
                "not known. Run a forward pass first, or give the layer its input size."
            )
        raise ShapeError(
            f"Parameter {name}of shape {self.shape} has no fan_in and fan_out: they need "
            f"axes {self.in_axes} (in) and {self.out_axes} (out). Choose an initializer without "
            "fans for it: zeros, constant, uniform, normal."
        )
