"""The windowed Fourier basis, for layers that make spectrograms."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import pi, sqrt
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import ShapeError
from initlab.init.checks import choice
from initlab.init.fixed.formula import Formula

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from initlab.init.spec import ParameterSpec

__all__ = ["STFT", "Scaling", "Side", "Window"]


class Side(StrEnum):
    """Which part of the complex waves."""

    real = "real"
    imag = "imag"


class Window(StrEnum):
    """The window over the frame."""

    hann = "hann"
    hamming = "hamming"
    none = "none"


class Scaling(StrEnum):
    """What the window is divided by: the root of its squares' sum, or its sum."""

    density = "density"
    spectrum = "spectrum"
    none = "none"


@dataclass(frozen=True, repr=False)
class STFT(Formula):
    """Output k at sample t: the real or imaginary part of exp(-2 pi i k t / N) times a window.

    For a convolution over one channel with N / 2 + 1 outputs (Keras's STFT initializer).

    Args:
        side: real (cosines) or imag (minus sines).
        window: hann, hamming or none.
        scaling: density, spectrum or none.
        periodic: whether the window is one period of an endless one, or symmetric.

    >>> from initlab.init import ParameterSpec
    >>> w = STFT(window="none")(ParameterSpec((3, 1, 4), "float64"), None)
    >>> w[:, 0].round(9).tolist()  # N = 4
    [[1.0, 1.0, 1.0, 1.0], [1.0, 0.0, -1.0, -0.0], [1.0, -1.0, 1.0, -1.0]]
    """

    side: Side = Side.real
    window: Window = Window.hann
    scaling: Scaling = Scaling.density
    periodic: bool = False

    def __post_init__(self) -> None:
        for argument, options in (("side", Side), ("window", Window), ("scaling", Scaling)):
            kind = choice("stft", argument, getattr(self, argument), options)
            object.__setattr__(self, argument, kind)

    def entry(self, spec: ParameterSpec, i: NDArray[Any], j: NDArray[Any]) -> NDArray[Any]:
        """Return the wave of output i at sample j, through the window.

        Raises:
            ShapeError: when it is no convolution over one channel and one axis with at least two
                outputs.
        """
        if len(spec.receptive_axes) != 1 or spec.inputs != 1 or spec.outputs < 2:
            raise ShapeError(
                f"{spec.label} of shape {spec.shape} has {spec.inputs} inputs and "
                f"{spec.outputs} outputs; stft is for a convolution along one axis, of one "
                "channel to N / 2 + 1. For other layers there is cosine."
            )
        wave = np.cos if self.side is Side.real else np.sin
        angle = -2 * pi / (2 * (spec.outputs - 1)) * (i * j)
        entries: NDArray[Any] = wave(angle) * self._window(spec.receptive)[j]
        return entries

    def _window(self, frame: int) -> NDArray[np.float64]:
        if self.window is Window.none or frame == 1:
            return np.ones(frame)
        share = 0.5 if self.window is Window.hann else 0.54
        period = frame if self.periodic else frame - 1
        window = share - (1 - share) * np.cos(2 * pi * np.arange(frame) / period)
        if self.scaling is Scaling.density:
            window /= sqrt(float((window**2).sum()))
        elif self.scaling is Scaling.spectrum:
            window /= float(window.sum())
        return window
