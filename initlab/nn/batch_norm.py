"""Batch normalization: each channel by its moments over the batch, which are remembered."""

from __future__ import annotations

from typing import Any

import numpy as np

from initlab import nd
from initlab.autograd import is_recording, is_training
from initlab.errors import BadValueError
from initlab.init import Initializer
from initlab.nn.normalization import Normalization
from initlab.tree import Parameter, ParameterDict

__all__ = ["BatchNorm"]


class BatchNorm(Normalization):
    """gamma (x - mean) / sqrt(variance + epsilon) + beta a channel (Ioffe & Szegedy, 2015).

    While training with the batch's mean and biased variance, else with the running ones. A
    recorded training pass moves those: running <- momentum running + (1 - momentum) batch.

    Args:
        axis: the channels'; the moments are taken over all others.
        momentum: how much of the running moments is kept.
        epsilon: added to the variance, inside the root.
        center: whether beta is trained.
        scale: whether gamma is trained; else it is 1.
        use_global_stats: whether the running moments serve in training too, unmoved.
        beta_initializer: beta's own; zeros.
        gamma_initializer: gamma's own; ones.
        running_mean_initializer: the running mean's own; zeros.
        running_variance_initializer: the running variance's own; ones.
        in_channels: how many channels; 0 lets the first forward pass tell.
        prefix: of the block's name.
        params: another block's `params`, to share its Parameters.

    Raises:
        BadValueError: for a momentum outside [0, 1].
    """

    def __init__(
        self,
        axis: int = 1,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        use_global_stats: bool = False,
        beta_initializer: Initializer | str | None = "zeros",
        gamma_initializer: Initializer | str | None = "ones",
        running_mean_initializer: Initializer | str | None = "zeros",
        running_variance_initializer: Initializer | str | None = "ones",
        in_channels: int = 0,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if not 0 <= momentum <= 1:
            raise BadValueError(f"BatchNorm needs a momentum from 0 to 1, got {momentum}.")
        super().__init__(
            in_channels, center, scale, beta_initializer, gamma_initializer, prefix, params
        )
        self.gamma.differentiable, self.beta.differentiable = scale, center
        self.running_mean = self._statistic("mean", in_channels, running_mean_initializer)
        self.running_var = self._statistic("var", in_channels, running_variance_initializer)
        self._axis, self._momentum, self._epsilon = axis, momentum, epsilon
        self._scale, self._fixed = scale, use_global_stats
        self._shown = {
            "axis": axis,
            "eps": epsilon,
            "momentum": momentum,
            "fix_gamma": not scale,
            "use_global_stats": use_global_stats,
        }

    def _statistic(self, name: str, length: int, init: Initializer | str | None) -> Parameter:
        return self._vector(f"running_{name}", length, "other", init, False, differentiable=False)

    def infer_shape(self, x: Any) -> None:
        """Take the number of channels from the first batch."""
        channels = x.shape[self._axis_of(x, self._axis)]
        for parameter in self.own_parameters.values():
            parameter.shape = channels

    def forward(self, x: Any) -> Any:
        """Return the normalized input, of the same shape.

        Raises:
            ShapeError: when it has no such axis, or one of another length.
        """
        axis = self._axis_of(x, self._axis)
        gamma, beta = self.gamma.data(), self.beta.data()
        if not self._scale and self.gamma.settled:
            gamma.array.fill(1)
        if self._fixed or not is_training():
            return self._by_running_moments(x, gamma, beta, axis)
        over = tuple(i for i in range(x.ndim) if i != axis)
        batch = nd.moments(x, over)
        if is_recording():
            self._remember(*batch)
        return nd.normalize(x, gamma, beta, over, axis, self._epsilon, batch)

    def _by_running_moments(self, x: Any, gamma: Any, beta: Any, axis: int) -> Any:
        shape = tuple(n if i == axis else 1 for i, n in enumerate(x.shape))
        mean, variance = (
            p.data().array.reshape(shape) for p in (self.running_mean, self.running_var)
        )
        z = (x - mean) * (1 / np.sqrt(variance + self._epsilon))
        return z * gamma.reshape(shape) + beta.reshape(shape)

    def _remember(self, mean: np.ndarray, variance: np.ndarray) -> None:
        for parameter, batch in ((self.running_mean, mean), (self.running_var, variance)):
            running = parameter.data().array
            running *= self._momentum
            running += (1 - self._momentum) * batch.ravel()

    def cast(self, dtype: Any) -> None:
        """Convert all Parameters to another precision, to float32 at least: moments need it."""
        super().cast("float32" if np.dtype(dtype) == np.float16 else dtype)

    def __repr__(self) -> str:
        return f"{super().__repr__()[:-1]}, in_channels={(self.gamma.shape or (0,))[0] or None})"
