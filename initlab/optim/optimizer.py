"""What an optimizer is: options, and the rule by which one step changes an array."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from initlab.optim.options import not_negative, positive
from initlab.optim.schedule import Constant, Schedule
from initlab.optim.stepper import Stepper

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.optim.rule import Array, Pace, State
    from initlab.tree import Parameter

__all__ = ["Optimizer"]


@dataclass(frozen=True)
class Optimizer(ABC):
    """The base of the optimizers: a value, whose state is kept by who steps.

    Args:
        lr: the learning rate.
        weight_decay: how much of a weight is added to its gradient.
        clip_gradient: what a gradient's elements are held between, negated and as it is; None
            lets them be.
        schedule: what multiplies the learning rate as the training goes on.

    Raises:
        BadValueError: for an option outside what is allowed.
    """

    steps_like: ClassVar[str | None] = None
    """"sgd" where a step grows in proportion to the gradient, "adam" where it hardly does."""

    lr: float = 0.01
    weight_decay: float = field(default=0.0, kw_only=True)
    clip_gradient: float | None = field(default=None, kw_only=True)
    schedule: Schedule = field(default_factory=Constant, kw_only=True)

    def __post_init__(self) -> None:
        not_negative(self.name, lr=self.lr, weight_decay=self.weight_decay)
        if self.clip_gradient is not None:
            positive(self.name, clip_gradient=self.clip_gradient)

    @property
    def name(self) -> str:
        """The name in configs and messages: the class's, in lower case."""
        return type(self).__name__.lower()

    @property
    def buffers(self) -> tuple[str, ...]:
        """The names of the arrays that the rule keeps from step to step, at first zeros."""
        return ()

    @property
    def straight(self) -> bool:
        """Whether a step is w <- (1 - lr decay) w - lr g and nothing else."""
        return False

    @property
    def whole(self) -> bool:
        """Whether `update` must be given every Parameter by itself and uncut, as norms need."""
        return False

    @abstractmethod
    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Change weights and state in place: see `Rule.update`."""

    def bind(self, parameters: Sequence[Parameter], total: int = 1) -> Stepper:
        """Return what steps these parameters in a training of `total` steps."""
        return Stepper(self, parameters, total)

    def _clip(self, g: np.ndarray) -> None:
        if self.clip_gradient is not None:
            np.clip(g, -self.clip_gradient, self.clip_gradient, out=g)
