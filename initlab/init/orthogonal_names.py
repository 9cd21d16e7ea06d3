"""Orthogonal matrices as the frameworks make them: flattened over groups and copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from initlab.init.checks import positive
from initlab.init.fans import Fans
from initlab.init.initializer import Initializer
from initlab.init.orthogonal import HaarOrthogonal

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from initlab.init.law import Law
    from initlab.init.spec import ParameterSpec

__all__ = ["KerasOrthogonal", "TorchOrthogonal"]


@dataclass(frozen=True)
class TorchOrthogonal(Initializer):
    """A Haar matrix of (axis 0, everything else), as torch.nn.init.orthogonal_ (Saxe et al., 2013).

    Over groups and copies, which the layer applies apart: a depthwise convolution's filters are
    orthogonal to each other, where `orthogonal` gives each the length 1.

    Args:
        gain: the length of the orthogonal vectors.
    """

    gain: float = 1.0
    layout: ClassVar[Fans] = Fans.torch

    def __post_init__(self) -> None:
        positive("orthogonal", gain=self.gain)

    @property
    def matrix(self) -> HaarOrthogonal:
        """The same by the lab's own name."""
        return HaarOrthogonal(self.gain, self.layout)

    def write(
        self, spec: ParameterSpec, rng: np.random.Generator, out: NDArray[np.floating]
    ) -> None:
        """Draw into `out`, as the lab's own does."""
        self.matrix.write(spec, rng, out)

    def law(self, spec: ParameterSpec) -> Law:
        """Return the Haar law of that matrix."""
        return self.matrix.law(spec)


@dataclass(frozen=True)
class KerasOrthogonal(TorchOrthogonal):
    """A Haar matrix of (everything else, last axis), as Keras's Orthogonal.

    Args:
        gain: the length of the orthogonal vectors.
    """

    layout: ClassVar[Fans] = Fans.keras
