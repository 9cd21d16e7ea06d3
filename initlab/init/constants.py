"""Initializers without randomness: zeros, ones, one value, the identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray  # noqa: TC002 - the type of an option is read at run time

from initlab.errors import ShapeError
from initlab.init.checks import finite
from initlab.init.initializer import Initializer

if TYPE_CHECKING:
    from initlab.init.spec import ParameterSpec

__all__ = ["Constant", "Identity", "Ones", "Zeros"]


@dataclass(frozen=True, eq=False)
class Constant(Initializer):
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

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return the filled array.

        Raises:
            ShapeError: when an array of values does not broadcast to the shape.
        """
        self._check(spec)
        return np.full(spec.shape, self.value, spec.dtype)

    def variance(self, spec: ParameterSpec) -> float:
        """Return 0, or the variance among the values of an array."""
        self._check(spec)
        return float(np.var(self.value))

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 1, the least there is: nothing varies."""
        return 1.0

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


@dataclass(frozen=True)
class Zeros(Initializer):
    """0 everywhere, as biases start."""

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return zeros."""
        return np.zeros(spec.shape, spec.dtype)

    def variance(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 0."""
        return 0.0

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 1, the least there is: nothing varies."""
        return 1.0


@dataclass(frozen=True)
class Ones(Initializer):
    """1 everywhere, as the gains of normalizations start."""

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return ones."""
        return np.ones(spec.shape, spec.dtype)

    def variance(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 0."""
        return 0.0

    def kurtosis(self, spec: ParameterSpec) -> float:  # noqa: ARG002
        """Return 1, the least there is: nothing varies."""
        return 1.0


@dataclass(frozen=True)
class Identity(Initializer):
    """`gain` on the main diagonal of a matrix, square or not, and 0 elsewhere.

    Args:
        gain: the value on the diagonal.

    >>> from initlab.init import ParameterSpec
    >>> Identity()(ParameterSpec((2, 3)), None).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        finite("identity", gain=self.gain)

    def __call__(
        self,
        spec: ParameterSpec,
        rng: np.random.Generator,  # noqa: ARG002 - no randomness
    ) -> NDArray[np.floating]:
        """Return the matrix.

        Raises:
            ShapeError: for anything but a matrix.
        """
        self._check(spec)
        rows, columns = spec.shape
        return np.asarray(self.gain * np.eye(rows, columns), spec.dtype)

    def variance(self, spec: ParameterSpec) -> float:
        """Return the variance of the entries about their mean: with p = 1/max(n, m), g^2 p(1-p)."""
        self._check(spec)
        spec.require_known()
        share = 1 / max(spec.shape)
        return self.gain**2 * share * (1 - share)

    def kurtosis(self, spec: ParameterSpec) -> float | None:  # noqa: ARG002
        """Return 1: the values do not vary from draw to draw."""
        return 1.0

    def _check(self, spec: ParameterSpec) -> None:
        if len(spec.shape) != 2:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} is no matrix, which identity needs. Choose "
                "another initializer for it, for a vector zeros or ones."
            )
