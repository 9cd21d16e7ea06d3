"""Windows over space: what convolutions and pools make of neighbouring places.

In an infinitely wide layer the channels are independent, and each is a Gaussian field over the
places whose covariance follows from the layer before (Novak et al., 2019; Garriga-Alonso et al.,
2019). A `Signal` of such a layer carries a sample of channels, whose variances are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.autograd import Tensor, record
from initlab.errors import BadValueError

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from initlab.theory.signal import Array, Moment, Signal

__all__ = ["Pool", "Reshape", "Window"]

PAIRS = 1024  # of channels z and -z, where places must go together as they do in the net
ALONE = 32  # of them, where each place is looked at by itself


@dataclass(frozen=True)
class Window:
    """Which inputs each output of a convolution sees.

    Args:
        kernel: places along each axis, as are the next three.
        stride: from one window to the next.
        pad: zeros on either side.
        dilate: from one place of the window to the next.
        together: whether a later layer asks how places go together, as pools do.
    """

    kernel: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    dilate: tuple[int, ...]
    together: bool = False

    @cached_property
    def places(self) -> int:
        """How many a window has."""
        return prod(self.kernel)

    def seen(self, size: tuple[int, ...]) -> NDArray[np.intp]:
        """Return which inputs each output sees; beyond the edge it is their number.

        Raises:
            BadValueError: when the window is larger than the input with its zeros.
        """
        count = prod(size)
        places = np.arange(count).reshape(size)
        padded = np.pad(places, [(p, p) for p in self.pad], constant_values=count)
        reach = tuple((k - 1) * d + 1 for k, d in zip(self.kernel, self.dilate, strict=True))
        windows = np.lib.stride_tricks.sliding_window_view(padded, reach)
        steps = [slice(None, None, s) for s in self.stride]
        inside = [slice(None, None, d) for d in self.dilate]
        chosen = windows[(*steps, *inside)]
        return chosen.reshape(*chosen.shape[: len(size)], -1)

    def forward(self, sample: Array, gain: float, bias: float, *, centred: bool) -> Array:
        """Return a sample of the outputs of weights and biases of these variances.

        Args:
            sample: (inputs, channels, *places).
            gain: fan_in Var w.
            bias: Var b.
            centred: whether each output's weights sum to zero.
        """
        flat = sample.reshape(*sample.shape[:2], -1)
        seen = self.seen(sample.shape[2:])
        size, columns = seen.shape[:-1], seen.reshape(-1, self.places)
        with_zero = np.concatenate([flat, np.zeros((*flat.shape[:2], 1))], axis=2)
        means = with_zero.mean(axis=1)[:, columns].mean(axis=-1) if centred else None
        if not self.together:
            squares = np.mean(with_zero**2, axis=1)[:, columns].mean(axis=-1)
            variance = gain * (squares if means is None else squares - means**2) + bias
            return _alone(variance).reshape(len(flat), -1, *size)
        products = with_zero.swapaxes(1, 2) @ with_zero / flat.shape[1]
        covariance = np.mean([products[:, place][:, :, place] for place in columns.T], axis=0)
        if means is not None:
            covariance -= means[:, :, None] * means[:, None]
        return _together(gain * covariance + bias).reshape(len(flat), -1, *size)

    def backward(self, gradient: Moment, shape: tuple[int, ...]) -> Array:
        """Return for each input the sum over the outputs that see it, a channel's average.

        Args:
            gradient: a number, or (inputs, channels, *places) of the outputs.
            shape: (inputs, channels, *places) of the inputs.
        """
        inputs, _, *size = shape
        seen, count = self.seen(tuple(size)), prod(size)
        each = np.mean(gradient, axis=1) if np.ndim(gradient) else gradient
        flat = np.broadcast_to(each, (inputs, *seen.shape[:-1])).reshape(inputs, -1)
        arriving = np.zeros((inputs, count + 1))
        for place in seen.reshape(-1, self.places).T:  # an input is seen from here by one output
            arriving[:, place] += flat
        return arriving[:, :count].reshape(inputs, 1, *size)


def _alone(variance: Array) -> Array:
    z = _normals(ALONE, 1)
    return np.sqrt(variance)[:, None] * z


def _together(covariance: Array) -> Array:
    """Return Gaussian channels (inputs, channels, places) whose variances are exactly these."""
    variance = np.diagonal(covariance, axis1=1, axis2=2)
    scale = np.sqrt(np.maximum(variance, 0))
    size = np.where(scale > 0, scale, 1)
    correlation = covariance / (size[:, :, None] * size[:, None])
    count = correlation.shape[1]
    root = np.linalg.cholesky(correlation + (1e-6 + (scale == 0)[:, :, None]) * np.eye(count))
    z = _normals(PAIRS, count) @ root.swapaxes(1, 2)
    z /= np.sqrt(np.mean(z**2, axis=1, keepdims=True))
    return z * scale[:, None]


def _normals(pairs: int, count: int) -> Array:
    """Return standard normals (2 pairs, count), each with its negative, of variance 1 exactly."""
    z = np.random.default_rng(0).standard_normal((pairs, count))
    z /= np.sqrt(np.mean(z**2, axis=0))
    return np.concatenate([z, -z])


@dataclass(frozen=True)
class Reshape:
    """The same values in another shape."""

    path: str
    shape: tuple[int, ...]

    def forward(self, x: Signal) -> Signal:
        """Return the signal, its channels and places in this shape."""
        if x.sample is None:
            return x
        return replace(x, sample=x.sample.reshape(len(x.sample), *self.shape))

    def backward(self, _: Signal, gradient: Moment) -> Moment:
        """Return its mean."""
        return float(np.mean(gradient))

    def backward_spread(self, _: Signal) -> float:
        """Return 0."""
        return 0.0


@dataclass(frozen=True)
class Pool:
    """One number from each window of places, its largest or its mean.

    Args:
        path: its name.
        pool: from (n, channels, *places) to fewer places.
        averages: whether it takes the mean.
    """

    path: str
    pool: Callable[[Any], Any]
    averages: bool

    def forward(self, x: Signal) -> Signal:
        """Return what is left of a sample, to about 1 % for its 2048 channels.

        Raises:
            BadValueError: where it is not known how places go together, or where batch
                normalization asks how inputs do.
        """
        if x.sample is None:
            raise BadValueError(
                f"Theory has no prediction for the pool {self.path}: how neighbouring places go "
                "together is known behind convolutions over (channels, *places), not behind "
                "normalization, residual sums and other layers."
            )
        if x.common is not None:
            raise BadValueError(
                f"Theory has no prediction for the pool {self.path} in a net with batch "
                "normalization: it does not know how much of what it leaves inputs have in common."
            )
        return replace(x, source=None).sampled(np.asarray(self.pool(x.sample)))

    def backward(self, x: Signal, gradient: Moment) -> Moment:
        """Return what goes back to each place: all of it, or for means the squares' shares."""
        sample = x.sample
        assert sample is not None  # noqa: S101 - forward has seen it
        if self.averages:
            return self._shared(gradient, sample.shape)
        z = Tensor(np.asarray(sample, np.float64))
        z.attach_grad()
        with record():
            y = self.pool(z)
        y.backward(np.broadcast_to(gradient, y.shape).astype(np.float64))
        return np.array(z.grad)

    def _shared(self, gradient: Moment, shape: tuple[int, ...]) -> Array:
        inputs, _, *size = shape
        each = np.asarray(self.pool(np.eye(prod(size)).reshape(-1, 1, *size)))
        whole = np.zeros((inputs, 1, *each.shape[2:])) + gradient
        shares = each.reshape(prod(size), -1) ** 2
        back: Array = whole.reshape(*whole.shape[:2], -1) @ shares.T
        return back.reshape(*whole.shape[:2], *size)

    def backward_spread(self, _: Signal) -> float:
        """Return 0."""
        return 0.0
