"""What makes an optimizer's steps: parameters, each with the state of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from initlab.errors import BadValueError
from initlab.optim.stretch import Slot, Stretch, stretches
from initlab.tree import CHANGES, gather

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from initlab.optim.rule import Array, Rule, State
    from initlab.tree import Parameter

__all__ = ["Stepper"]


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
        self._parameters = list({id(parameter): parameter for parameter in parameters}.values())
        self._slots = tuple(Slot(parameter) for parameter in self._parameters)
        self._stretches: list[Stretch] = []
        self._planned: int | None = None  # the number of the trees' last change before it

    @property
    def slots(self) -> tuple[Slot, ...]:
        """Each parameter's state, to be read, or replaced between two steps."""
        self.replan()
        return self._slots

    def replan(self) -> None:
        """Look anew, before the next step, at where everything is, as its attributes do not say."""
        self._planned = None

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
        if leave or self._planned != CHANGES.number:
            self._plan(leave)
        for stretch in self._stretches:
            stretch.advance(self.rule, lr, scale)

    def _plan(self, leave: Collection[Parameter]) -> None:
        """Find out what lies side by side and is stepped alike."""
        gather(self._parameters)
        self._stretches = stretches(self._slots, self.rule, leave)
        self._planned = None if leave else CHANGES.number

    @property
    def updates(self) -> int:
        """How often the most stepped parameter was stepped."""
        return max((slot.steps for slot in self._slots), default=0)

    def updates_after(self, leave: Collection[Parameter] = ()) -> int:
        """Return what `updates` will be after a step that leaves some parameters alone."""
        moving = (s for s in self._slots if s.parameter.grad_req != "null")
        steps = [slot.steps + 1 for slot in moving if slot.parameter not in leave]
        return max([self.updates, *steps])

    # ---- in files
    def state(self) -> dict[str, Array]:
        """Return all that the rule keeps, live, by the parameter's number and the array's name."""
        kept = {
            f"{i}.{name}": array
            for i, slot in enumerate(self._slots)
            for name, array in slot.state.items()
        }
        return {"steps": np.array([slot.steps for slot in self._slots])} | kept

    def restore(self, state: State) -> None:
        """Take over what `state` returned for the same parameters.

        Raises:
            BadValueError: when these are others; nothing is taken then.
        """
        steps = np.asarray(state.get("steps", ()))
        shapes = [slot.parameter.shape for slot in self._slots]
        kept: list[dict[str, Array]] = [{} for _ in shapes]
        fits = len(steps) == len(shapes)
        for key, array in state.items():
            number, _, name = key.partition(".")
            if name:
                fits = fits and int(number) < len(shapes) and array.shape == shapes[int(number)]
                if fits:
                    kept[int(number)][name] = array.copy()
        if not fits:
            raise BadValueError(
                f"The states are of {len(steps)} parameters and do not fit these of shapes "
                f"{shapes}."
            )
        for slot, count, arrays in zip(self.slots, steps, kept, strict=True):
            slot.steps, slot.state = int(count), arrays
