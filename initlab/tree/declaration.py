"""What a parameter is before it has values: a name, a shape, a precision, a role."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadTypeError, BadValueError, ShapeError
from initlab.init import Initializer, ParameterSpec, Role
from initlab.tree.changes import CHANGES

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Declaration", "Init"]

Init = Initializer | str | None


class Declaration:
    """A parameter's attributes, and the spec that follows from them.

    The arguments are those of `Parameter`.
    """

    name: str
    lr_mult: float
    wd_mult: float
    init: Init
    allow_deferred_init: bool
    differentiable: bool
    role: Role
    groups: int
    in_axes: tuple[int, ...]
    out_axes: tuple[int, ...]
    batch_axes: tuple[int, ...]
    _dtype: Any
    _shape: tuple[int, ...] | None

    def __init__(
        self,
        name: str,
        shape: int | Sequence[int] | None,
        dtype: Any,
        role: str,
        **attributes: Any,
    ) -> None:
        vars(self).update(  # at once: nobody can rely on an attribute yet
            attributes,
            name=name,
            _dtype=dtype,
            _shape=None if shape is None else _as_shape(shape),
            role=Role(role),
        )

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        CHANGES.note()

    def __repr__(self) -> str:
        return f"{type(self).__name__} {self.name} (shape={self._shape}, dtype={self._dtype})"

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The dimensions, 0 for an unknown one; None when not even the rank is known."""
        return self._shape

    @shape.setter
    def shape(self, new: int | Sequence[int]) -> None:
        dims, old = _as_shape(new), self._shape
        fits = old is None or (
            len(old) == len(dims) and all(o in (0, n) for o, n in zip(old, dims, strict=True))
        )
        if not fits:
            raise ShapeError(
                f"Parameter {self.name!r} has shape {old}, which {dims} does not fit: "
                "only dimensions that are 0, unknown, can be set."
            )
        self._shape = dims

    @property
    def spec(self) -> ParameterSpec:
        """What an initializer may know of it."""
        return ParameterSpec(
            self._shape or (), np.dtype(self._dtype), self.role,
            self.in_axes, self.out_axes, self.batch_axes, self.groups, self.name,
        )  # fmt: skip

    @property
    def known(self) -> bool:
        """Whether every dimension is known."""
        return self._shape is not None and bool(self._shape) and all(self._shape)


def _as_shape(shape: int | Sequence[int]) -> tuple[int, ...]:
    given = tuple(shape) if hasattr(shape, "__iter__") else (shape,)
    try:
        dims = tuple(map(index, given))
    except TypeError:
        raise BadTypeError(f"A shape's dimensions must be whole numbers, got {given}.") from None
    if dims and min(dims) < 0:
        raise BadValueError(f"A shape's dimensions cannot be negative, got {dims}; 0 is unknown.")
    return dims
