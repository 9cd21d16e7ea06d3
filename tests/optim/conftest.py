"""A Parameter as optimizers see it: live arrays and multipliers, without a tree around it."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from initlab.autograd import Tensor
from initlab.tree import CHANGES


@dataclass(eq=False)
class Weights:
    array: np.ndarray
    gradient: np.ndarray = None
    lr_mult: float = 1.0
    wd_mult: float = 1.0
    grad_req: str = "write"
    name: str = "w"
    role: str = "weight"
    tensors: list = field(init=False)
    known = False  # so that nobody moves its memory
    place = None

    def __setattr__(self, name, value):
        super().__setattr__(name, value)
        CHANGES.note()

    def __post_init__(self):
        gradient = np.zeros_like(self.array) if self.gradient is None else self.gradient
        self.tensors = [Tensor(self.array), Tensor(gradient)]

    def data(self):
        return self.tensors[0]

    def grad(self):
        if self.grad_req == "null":
            raise RuntimeError("no gradient")
        return self.tensors[1]


@pytest.fixture
def weights():
    """Make a parameter of given values, its gradient optional."""
    return Weights


@pytest.fixture
def descent():
    """Step a parameter through given gradients; return its values after each step."""

    def run(optimizer, start, gradients, batch_size=1, dtype=np.float64, **attributes):
        parameter = Weights(np.array(start, dtype), **attributes)
        stepper = optimizer.bind([parameter], total=len(gradients))
        path = []
        for step, gradient in enumerate(gradients):
            parameter.grad().array[...] = gradient
            stepper.step(batch_size, step=step)
            path.append(parameter.data().array.copy())
        return np.array(path)

    return run
