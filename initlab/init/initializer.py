"""What an initializer is: a value that turns a spec and a generator into an array."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, pause
from initlab.nd.random import drawing_from

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["Initializer"]


class Initializer:
    """A rule for the first value of a parameter.

    Subclasses come at two levels. The pure one overrides `__call__`; the chapter's one overrides
    `_init_weight(self, name, data)`, which fills the Tensor `data` in place, while `nd.random`
    draws from the parameter's own stream. Equal type and equal arguments make equal initializers.

    >>> from initlab.init import ParameterSpec
    >>> from initlab.nd.random import stream
    >>> class Half(Initializer):
    ...     def _init_weight(self, name, data):
    ...         data[:] = 0.5
    >>> Half()(ParameterSpec((2, 2)), stream(0, "weight")).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """

    def __call__(self, spec: ParameterSpec, rng: np.random.Generator) -> NDArray[np.floating]:
        """Return values of `spec.shape` and `spec.dtype`, all randomness from `rng`.

        Args:
            spec: the parameter, its shape known.
            rng: where to draw from; nothing else may be drawn from.
        """
        data = Tensor(np.zeros(spec.shape, spec.dtype))
        with drawing_from(rng), pause():
            self._init_weight(spec.name, data)
        return np.asarray(data)

    def _init_weight(self, name: str, data: Tensor) -> None:
        raise NotImplementedError(
            f"{type(self).__name__} is an Initializer without __call__(self, spec, rng) "
            "or _init_weight(self, name, data). Write one of them."
        )

    def variance(self, spec: ParameterSpec) -> float | None:  # noqa: ARG002 - part of the contract
        """Return the variance that drawn values have by law; None claims nothing."""
        return None

    def kurtosis(self, spec: ParameterSpec) -> float | None:  # noqa: ARG002 - part of the contract
        """Return E(w-m)^4 / Var(w)^2 of independent draws; None where unknown or dependent."""
        return None

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _frozen(vars(self)) == _frozen(vars(other))

    def __hash__(self) -> int:
        return hash((type(self), _frozen(vars(self))))

    def __repr__(self) -> str:
        """Write Python that makes it: Xavier(rnd_type='uniform', factor_type='avg', ...)."""
        arguments = ", ".join(f"{name}={_plain(value)!r}" for name, value in vars(self).items())
        return f"{type(self).__name__}({arguments})"

    def __str__(self) -> str:
        """Write it shorter, as tables do: Xavier(rnd_type=uniform, factor_type=avg, ...)."""
        arguments = ", ".join(f"{name}={_short(value)}" for name, value in vars(self).items())
        return f"{type(self).__name__}({arguments})"


def _short(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _plain(value: object) -> object:
    return value.value if isinstance(value, Enum) else value


def _frozen(value: Any) -> Any:
    """Return `value` with its arrays, lists and dicts as tuples, which compare and hash."""
    if isinstance(value, np.ndarray):
        return value.shape, value.dtype.str, value.tobytes()
    if isinstance(value, dict):
        return tuple((key, _frozen(value[key])) for key in sorted(value, key=repr))
    if isinstance(value, list | tuple):
        return tuple(_frozen(item) for item in value)
    return value
