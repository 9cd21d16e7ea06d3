"""Laws that know no fans under the argument names of the frameworks whose presets they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.errors import BadValueError
from initlab.init.checks import finite, not_negative
from initlab.init.fixed import Constant, Fixed
from initlab.init.independent import Bounds, Independent, Normal, TruncatedNormal, Uniform
from initlab.init.initializer import Initializer
from initlab.init.structured import Sparse, Unit

if TYPE_CHECKING:
    from typing import Any

    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.independent import Distribution
    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = [
    "JaxNormal",
    "JaxTruncatedNormal",
    "JaxUniform",
    "KerasNormal",
    "KerasTruncatedNormal",
    "KerasUniform",
    "TimmTruncatedNormal",
    "TorchConstant",
    "TorchNormal",
    "TorchSparse",
    "TorchTruncatedNormal",
    "TorchUniform",
]


class _Renamed(Independent):
    """Subclasses define `_own`, the lab's initializer that draws the same."""

    def _own(self) -> Independent:
        raise NotImplementedError

    def __post_init__(self) -> None:
        self._own()  # refuses what cannot be

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return the law of each entry."""
        return self._own().entry(spec)

    def __str__(self) -> str:
        """Write all of its few options, as tables do."""
        told = (f"{name}={value:g}" for name, value in vars(self).items())
        return f"{type(self).__name__}({', '.join(told)})"


def _between(name: str, **ends: float) -> Uniform:
    finite(name, **ends)
    (low, a), (high, b) = ends.items()
    if a > b:
        raise BadValueError(f"{name}: {low} must not be above {high}, got {a!r} and {b!r}.")
    return Uniform((b - a) / 2, mean=(a + b) / 2)


@dataclass(frozen=True)
class TorchUniform(_Renamed):
    """U[a, b), as torch.nn.init.uniform_.

    Args:
        a: the lower end.
        b: the upper end.
    """

    a: float = 0.0
    b: float = 1.0

    def _own(self) -> Independent:
        return _between("torch.uniform", a=self.a, b=self.b)


@dataclass(frozen=True)
class TorchNormal(_Renamed):
    """N(mean, std^2), as torch.nn.init.normal_.

    Args:
        mean: the mean.
        std: the standard deviation.
    """

    mean: float = 0.0
    std: float = 1.0

    def _own(self) -> Independent:
        not_negative("torch.normal", std=self.std)
        return Normal(self.std, mean=self.mean)


@dataclass(frozen=True)
class TorchTruncatedNormal(_Renamed):
    """N(mean, std^2) cut at the values a and b, as torch's and timm's trunc_normal_.

    With a std of 0.02 nothing is cut at 2: the bounds are no deviations.

    Args:
        mean: the parent's mean.
        std: the parent's standard deviation.
        a: the least value.
        b: the largest value.
    """

    mean: float = 0.0
    std: float = 1.0
    a: float = -2.0
    b: float = 2.0

    def _own(self) -> Independent:
        not_negative("trunc_normal", std=self.std)
        return TruncatedNormal(self.std, self.mean, self.a, self.b, Bounds.absolute)


@dataclass(frozen=True)
class TimmTruncatedNormal(_Renamed):
    """N(0, 1) cut at a and b, times std plus mean, as timm's trunc_normal_tf_.

    Args:
        mean: what is added.
        std: what the cut law is multiplied by; its own std is 0.88.
        a: the lower bound, in deviations.
        b: the upper bound, in deviations.
    """

    mean: float = 0.0
    std: float = 1.0
    a: float = -2.0
    b: float = 2.0

    def _own(self) -> Independent:
        not_negative("trunc_normal_tf", std=self.std)
        return TruncatedNormal(self.std, self.mean, self.a, self.b, Bounds.relative)


@dataclass(frozen=True)
class KerasUniform(_Renamed):
    """U[minval, maxval), as Keras's RandomUniform.

    Args:
        minval: the lower end.
        maxval: the upper end.
    """

    minval: float = -0.05
    maxval: float = 0.05

    def _own(self) -> Independent:
        return _between("keras.random_uniform", minval=self.minval, maxval=self.maxval)


@dataclass(frozen=True)
class KerasNormal(_Renamed):
    """N(mean, stddev^2), as Keras's RandomNormal.

    Args:
        mean: the mean.
        stddev: the standard deviation.
    """

    mean: float = 0.0
    stddev: float = 0.05

    def _own(self) -> Independent:
        not_negative("keras.random_normal", stddev=self.stddev)
        return Normal(self.stddev, mean=self.mean)


@dataclass(frozen=True)
class KerasTruncatedNormal(_Renamed):
    """N(mean, stddev^2) cut at two deviations, as Keras's TruncatedNormal; its std is 0.88 stddev.

    Args:
        mean: the parent's mean.
        stddev: the parent's standard deviation.
    """

    mean: float = 0.0
    stddev: float = 0.05

    def _own(self) -> Independent:
        not_negative("keras.truncated_normal", stddev=self.stddev)
        return TruncatedNormal(self.stddev, self.mean, bounds=Bounds.relative)


@dataclass(frozen=True)
class JaxUniform(_Renamed):
    """U[0, scale), as jax.nn.initializers.uniform.

    Args:
        scale: the upper end.
    """

    scale: float = 0.01

    def _own(self) -> Independent:
        not_negative("jax.uniform", scale=self.scale)
        return Uniform(self.scale / 2, mean=self.scale / 2)


@dataclass(frozen=True)
class JaxNormal(_Renamed):
    """N(0, stddev^2), as jax.nn.initializers.normal.

    Args:
        stddev: the standard deviation.
    """

    stddev: float = 0.01

    def _own(self) -> Independent:
        not_negative("jax.normal", stddev=self.stddev)
        return Normal(self.stddev)


@dataclass(frozen=True)
class JaxTruncatedNormal(_Renamed):
    """N(0, 1) cut at lower and upper, times stddev, as jax.nn.initializers.truncated_normal.

    Args:
        stddev: what the cut law is multiplied by; its own std is 0.88.
        lower: the lower bound, in deviations.
        upper: the upper bound, in deviations.
    """

    stddev: float = 0.01
    lower: float = -2.0
    upper: float = 2.0

    def _own(self) -> Independent:
        not_negative("jax.truncated_normal", stddev=self.stddev)
        return TruncatedNormal(self.stddev, 0.0, self.lower, self.upper, Bounds.relative)


@dataclass(frozen=True)
class TorchConstant(Fixed):
    """One value everywhere, as torch.nn.init.constant_.

    Args:
        val: the value.
    """

    val: float = 0.0
    any_dtype: ClassVar[bool] = True

    def __post_init__(self) -> None:
        finite("torch.constant", val=self.val)

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Fill `out`."""
        Constant(self.val).put(spec, out)

    def law(self, spec: ParameterSpec) -> Law:
        """Return a law without variance."""
        return Constant(self.val).law(spec)


@dataclass(frozen=True)
class TorchSparse(Initializer):
    """N(0, std^2), but zero for a share of the connections out of each input, as torch's sparse_.

    Args:
        sparsity: the share, rounded up to whole connections.
        std: the standard deviation of the others.
    """

    sparsity: float = 0.1
    std: float = 0.01

    def __post_init__(self) -> None:
        not_negative("torch.sparse", std=self.std)
        self._own()

    def _own(self) -> Sparse:
        return Sparse(None, self.sparsity, self.std, Unit.inputs)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw."""
        self._own().write(spec, rng, out)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the law of an entry, and how many connections there are."""
        return self._own().law(spec)
