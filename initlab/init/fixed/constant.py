"""One value everywhere, or values given one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - the type of an option is read at run time

from initlab.errors import BadValueError, ShapeError
from initlab.init.checks import finite, need_held
from initlab.init.fixed.fixed import Fixed, moments

if TYPE_CHECKING:
    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["Constant", "Ones", "Zeros"]


class Filled(Fixed):
    """Subclasses have a `value`: a number, or an array that broadcasts to the shape."""

    value: float | NDArray[np.floating]
    any_dtype: ClassVar[bool] = True

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Fill `out`.

        Raises:
            ShapeError: when an array of values does not broadcast to the shape.
            BadValueError: when the parameter's dtype does not have them.
        """
        self._check(spec)
        out[...] = self.value

    def law(self, spec: ParameterSpec) -> Law:
        """Return the moments of the values, without variance for one value."""
        self._check(spec)
        return moments(np.asarray(self.value))

    def _check(self, spec: ParameterSpec) -> None:
        shape = np.shape(self.value)
        ahead = spec.shape[max(0, len(spec.shape) - len(shape)) :]
        fits = len(shape) <= len(spec.shape) and all(
            n in (1, d) or not d for n, d in zip(shape, ahead, strict=True)
        )
        if not fits:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} cannot hold constant values of shape {shape}."
            )


@dataclass(frozen=True, eq=False)
class Constant(Filled):
    """One value everywhere, or the values of an array.

    Args:
        value: a number, or an array that has or broadcasts to the parameter's shape.

    >>> from initlab.init import ParameterSpec
    >>> Constant(42)(ParameterSpec((2,)), None).tolist()
    [42.0, 42.0]
    """

    value: float | NDArray[np.floating] = 0.0

    def __post_init__(self) -> None:
        if not np.ndim(self.value):
            finite("constant", value=self.value)  # type: ignore[arg-type] # a number
        else:
            object.__setattr__(self, "value", np.array(self.value))
            if not np.isfinite(self.value).all():
                raise BadValueError("constant: values must be finite numbers, not all of them are.")

    def _check(self, spec: ParameterSpec) -> None:
        super()._check(spec)
        need_held(spec, np.asarray(self.value))


@dataclass(frozen=True)
class Zeros(Filled):
    """0 everywhere, as biases start."""

    value = 0.0


@dataclass(frozen=True)
class Ones(Filled):
    """1 everywhere, as the gains of normalizations start."""

    value = 1.0
