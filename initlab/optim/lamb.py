"""Adam's steps, each layer's as long as its weights."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.adam import Adam
from initlab.optim.norm import norm
from initlab.optim.options import positive

if TYPE_CHECKING:
    from initlab.optim.rule import Array, Pace, State

__all__ = ["LAMB"]


@dataclass(frozen=True)
class LAMB(Adam):
    """w <- w - lr |w| / |u| u (You et al., 2020), the norms being those of a whole Parameter.

    u = m' / (sqrt(v') + epsilon) + weight_decay w, where m' and v' are the running means of g and
    g^2, each over 1 - beta^t. Where a norm is 0 the step is lr u.

    Args:
        lr: the learning rate.
        beta1: the memory of the gradient's running mean.
        beta2: the memory of its running square.
        epsilon: added to the root, against division by nothing.
        lower_bound: |w| is taken as no less; none if None.
        upper_bound: |w| is taken as no more; none if None.
        bias_correction: whether m and v are divided by 1 - beta^t.
        weight_decay: how much of a weight is added to the step.
        clip_gradient: what a gradient's elements are held between.
        schedule: what multiplies the learning rate as the training goes on.
    """

    steps_like: ClassVar[str | None] = None  # in proportion to the weight
    epsilon: float = 1e-6
    lower_bound: float | None = None
    upper_bound: float | None = None
    bias_correction: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        bounds = {"lower_bound": self.lower_bound, "upper_bound": self.upper_bound}
        positive(self.name, **{name: bound for name, bound in bounds.items() if bound is not None})

    @property
    def whole(self) -> bool:
        """It takes norms."""
        return True

    @property
    def buffers(self) -> tuple[str, ...]:
        """The running means of the gradient and of its square."""
        return ("mean", "squares")

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Move in Adam's direction, by a length that the weight's tells."""
        self._clip(g)
        mean, squares = state["mean"], state["squares"]
        mean += (1 - self.beta1) * (g - mean)
        squares += (1 - self.beta2) * (g * g - squares)
        missing = pace.t if self.bias_correction else inf
        root = np.sqrt(squares / (1 - self.beta2**missing)) + self.epsilon
        np.divide(mean, (1 - self.beta1**missing) * root, out=g)
        if pace.decay:
            g += pace.decay * w
        size, length = norm(w), norm(g)
        bounded = min(max(size, self.lower_bound or 0), self.upper_bound or inf)
        g *= pace.lr * (bounded / length if bounded and length else 1)
        w -= g
