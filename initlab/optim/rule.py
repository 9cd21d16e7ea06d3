"""What an optimizer says of one step on one array."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from initlab.init import Role
    from initlab.optim.schedule import Schedule

__all__ = ["Array", "Pace", "Rule", "State"]

Array: TypeAlias = np.ndarray
State: TypeAlias = Mapping[str, Array]


class Pace(NamedTuple):
    """What a step is made at.

    Attributes:
        lr: the learning rate, the parameter's multiplier included.
        decay: the weight decay, likewise.
        t: the step's number, from 1.
        role: what the Parameter is for, the first one of those that are stepped together.
    """

    lr: float
    decay: float
    t: int
    role: Role


class Rule(Protocol):
    """What a Stepper needs of an optimizer."""

    @property
    def lr(self) -> float:
        """The learning rate."""

    @property
    def weight_decay(self) -> float:
        """How much of a weight is added to its gradient."""

    @property
    def schedule(self) -> Schedule:
        """What multiplies the learning rate as the training goes on."""

    @property
    def buffers(self) -> tuple[str, ...]:
        """The names of the arrays that the rule keeps from step to step, at first zeros."""

    @property
    def straight(self) -> bool:
        """Whether a step is w <- (1 - lr decay) w - lr g and nothing else."""

    @property
    def whole(self) -> bool:
        """Whether `update` must be given every Parameter by itself and uncut, as norms need."""

    def update(self, w: Array, g: Array, state: State, pace: Pace) -> None:
        """Change weights and state in place, element by element unless the rule is `whole`.

        Args:
            w: the weights, or any part of them, flat.
            g: the gradient, divided by the batch size, neither clipped nor decayed; scratch.
            state: the `buffers` by name.
            pace: the rate, the decay, the step's number, the role.
        """
