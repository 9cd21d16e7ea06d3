"""PyTorch's initializers under PyTorch's own argument names, fans and layouts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import TYPE_CHECKING, Any, ClassVar

from initlab.errors import BadValueError, ShapeError
from initlab.init.checks import choice, finite, positive
from initlab.init.fans import Fans, Mode
from initlab.init.fixed import Dirac, Fixed
from initlab.init.independent import Independent, Shape, VarianceScaling
from initlab.init.spec import ParameterSpec

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.independent import Distribution

__all__ = [
    "KaimingNormal",
    "KaimingUniform",
    "Nonlinearity",
    "TorchDirac",
    "XavierNormal",
    "XavierUniform",
    "calculate_gain",
]


class Nonlinearity(StrEnum):
    """What PyTorch's calculate_gain knows."""

    linear = "linear"
    sigmoid = "sigmoid"
    tanh = "tanh"
    relu = "relu"
    leaky_relu = "leaky_relu"
    selu = "selu"


GAINS = {Nonlinearity.tanh: 5 / 3, Nonlinearity.relu: sqrt(2), Nonlinearity.selu: 3 / 4}


def calculate_gain(nonlinearity: Nonlinearity, a: float = 0.0) -> float:
    """Return PyTorch's gain; tanh's 5/3, sigmoid's 1 and selu's 3/4 are conventions, not exact.

    >>> calculate_gain(Nonlinearity.leaky_relu, 1.0)
    1.0
    """
    if nonlinearity is Nonlinearity.leaky_relu:
        return sqrt(2 / (1 + a**2))
    return GAINS.get(nonlinearity, 1.0)


@dataclass(frozen=True, repr=False)
class KaimingUniform(Independent):
    """Variance gain^2 / fan, uniform, as torch.nn.init.kaiming_uniform_ (He et al., 2015).

    The gain is calculate_gain's: leaky_relu's sqrt(2 / (1 + a^2)), tanh's 5/3, selu's 3/4. Layers
    that PyTorch makes start with a = sqrt(5).

    Args:
        a: leaky_relu's slope for negative inputs.
        mode: fan_in or fan_out.
        nonlinearity: linear, sigmoid, tanh, relu, leaky_relu or selu.

    >>> from initlab.init import ParameterSpec
    >>> round(KaimingUniform(a=5**0.5).variance(ParameterSpec((8, 100))) * 300, 12)
    1.0
    """

    a: float = 0.0
    mode: Mode = Mode.fan_in
    nonlinearity: Nonlinearity = Nonlinearity.leaky_relu
    distribution: ClassVar[Shape] = Shape.uniform
    fans: ClassVar[Fans] = Fans.torch

    def __post_init__(self) -> None:
        finite("kaiming", a=self.a)
        for argument, options in (("mode", Mode), ("nonlinearity", Nonlinearity)):
            kind = choice("kaiming", argument, getattr(self, argument), options)
            object.__setattr__(self, argument, kind)
        if self.mode not in (Mode.fan_in, Mode.fan_out):
            raise BadValueError(f"kaiming: mode is fan_in or fan_out in PyTorch, got {self.mode}.")

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return the law of variance gain^2 / fan."""
        gain = calculate_gain(self.nonlinearity, self.a)
        return VarianceScaling(gain**2, self.mode, self.distribution, self.fans).entry(spec)


@dataclass(frozen=True, repr=False)
class KaimingNormal(KaimingUniform):
    """Variance gain^2 / fan, normal, as torch.nn.init.kaiming_normal_ (He et al., 2015)."""

    distribution: ClassVar[Shape] = Shape.normal


@dataclass(frozen=True, repr=False)
class XavierUniform(Independent):
    """Variance gain^2 2 / (fan_in + fan_out), uniform, as torch.nn.init.xavier_uniform_.

    Glorot & Bengio (2010).

    Args:
        gain: what multiplies the standard deviation.
    """

    gain: float = 1.0
    distribution: ClassVar[Shape] = Shape.uniform
    fans: ClassVar[Fans] = Fans.torch

    def __post_init__(self) -> None:
        positive("xavier", gain=self.gain)

    def entry(self, spec: ParameterSpec) -> Distribution:
        """Return the law of variance gain^2 over the mean of the fans."""
        by = VarianceScaling(self.gain**2, Mode.fan_avg, self.distribution, self.fans)
        return by.entry(spec)


@dataclass(frozen=True, repr=False)
class XavierNormal(XavierUniform):
    """Variance gain^2 2 / (fan_in + fan_out), normal, as torch.nn.init.xavier_normal_."""

    distribution: ClassVar[Shape] = Shape.normal


@dataclass(frozen=True)
class TorchDirac(Fixed):
    """The identity of convolutions, as torch.nn.init.dirac_, which reads (outputs, inputs, kernel).

    Args:
        groups: as many as PyTorch is told of; `dirac` knows the layer's.

    >>> from initlab.init import ParameterSpec
    >>> TorchDirac(groups=2)(ParameterSpec((4, 2, 1)), None)[:, :, 0].tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]]
    """

    groups: int = 1

    def __post_init__(self) -> None:
        positive("dirac", groups=self.groups)

    def put(self, spec: ParameterSpec, out: NDArray[Any]) -> None:
        """Write the kernel.

        Raises:
            ShapeError: when it has no receptive field, or groups do not divide its axis 0.
        """
        if spec.shape and spec.shape[0] % self.groups:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} does not fall into the {self.groups} groups "
                "that torch.dirac was told of. Choose dirac, which knows the layer's."
            )
        seen = ParameterSpec(spec.shape, spec.dtype, groups=self.groups, name=spec.name)
        Dirac().put(seen, out)
