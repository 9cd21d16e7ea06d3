"""What makes an optimizer's steps: parameters, each with the state of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError
from initlab.optim.rule import Pace

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from initlab.optim.rule import Array, Rule
    from initlab.tree import Parameter

__all__ = ["Slot", "Stepper"]

BLOCK = 1 << 16
"""How many elements are updated at a time: what a rule makes on its way stays in cache."""


class Stepper:
    """Parameters, each with the state of its own update; one that is tied is stepped once.

    Args:
        rule: the optimizer.
        parameters: what to step; data and gradients may come later, by the first step.
        total: the number of steps of the whole training, for the schedule.

    Raises:
        BadValueError: for a total below 1.
    """

    def __init__(self, rule: Rule, parameters: Sequence[Parameter], total: int = 1) -> None:
        if total < 1:
            raise BadValueError(f"total must be at least 1 step, got {total}.")
        self.rule, self.total = rule, total
        unique = {id(parameter): parameter for parameter in parameters}
        self.slots = tuple(Slot(parameter) for parameter in unique.values())

    def step(self, batch_size: int = 1, *, step: int = 0) -> None:
        """Update every parameter whose `grad_req` is not 'null', in place.

        Args:
            batch_size: what gradients summed over a batch are divided by.
            step: the step's number, from 0, for the schedule.

        `lr_mult`, `wd_mult` and `grad_req` are read live from each Parameter.

        Raises:
            BadValueError: for a batch size below 1.
        """
        if batch_size < 1:
            raise BadValueError(f"batch_size must be at least 1, got {batch_size}.")
        self.advance(self.rule.lr * self.rule.schedule.factor(step, self.total), 1 / batch_size)

    def advance(self, lr: float, scale: float, leave: Collection[Parameter] = ()) -> None:
        """Make a step at a rate, gradients multiplied by `scale`, some parameters left alone."""
        for slot in self.slots:
            if slot.parameter.grad_req != "null" and slot.parameter not in leave:
                slot.advance(self.rule, lr, scale)


class Slot:
    """One parameter, the arrays that its rule keeps, and how often it was stepped."""

    __slots__ = ("parameter", "scratch", "state", "steps")

    def __init__(self, parameter: Parameter) -> None:
        self.parameter = parameter
        self.state: dict[str, np.ndarray] = {}
        self.scratch = np.empty(0)
        self.steps = 0

    def advance(self, rule: Rule, lr: float, scale: float) -> None:
        """Let the rule change the parameter, block by block."""
        parameter, self.steps = self.parameter, self.steps + 1
        weight, gradient = parameter.data().array, parameter.grad().array
        size = min(weight.size, BLOCK)
        if self.scratch.size != size or self.scratch.dtype != weight.dtype:
            self.scratch = np.empty(size, weight.dtype)
        for name in rule.buffers:
            if name not in self.state or not _alike(self.state[name], weight):
                self.state[name] = np.zeros(weight.shape, weight.dtype)
        pace = Pace(lr * parameter.lr_mult, rule.weight_decay * parameter.wd_mult, self.steps)
        for w, g, *parts in _blocks(weight, gradient, *self.state.values()):
            scratch = self.scratch[: w.size].reshape(w.shape)
            np.multiply(g, scale, out=scratch)
            rule.update(w, scratch, dict(zip(self.state, parts, strict=True)), pace)


def _alike(kept: Array, weight: Array) -> bool:
    return kept.shape == weight.shape and kept.dtype == weight.dtype


def _blocks(*arrays: Array) -> Iterator[list[Array]]:
    """Yield arrays of one shape cut alike into blocks, as views."""
    size = arrays[0].size
    if size <= BLOCK:
        yield list(arrays)
    else:
        flat = [array.reshape(-1) for array in arrays]
        for start in range(0, size, BLOCK):
            yield [array[start : start + BLOCK] for array in flat]
