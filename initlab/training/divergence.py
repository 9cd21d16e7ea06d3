"""Where a training that left the finite numbers left them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor
from initlab.tree import blocks, parameters

if TYPE_CHECKING:
    from initlab.nn import Block

__all__ = ["Divergence", "locate"]


@dataclass(frozen=True)
class Divergence:
    """The first non-finite value of a training.

    Args:
        step: the step in which it appeared.
        block: the path of the block it appeared in; empty for the loss itself.
        what: 'update' when the optimizer's step made a parameter non-finite, 'initialization'
            when it was drawn so, else 'forward'.
    """

    step: int
    block: str
    what: str

    def __str__(self) -> str:
        place = f"block {self.block!r}" if self.block else "the loss"
        return f"first non-finite value in {place} at step {self.step} ({self.what})"


def locate(net: Block, x: np.ndarray, step: int) -> Divergence:
    """Find where the forward pass over `x` went wrong, whose loss was non-finite at `step`.

    A parameter that is already non-finite was made so by the update before, so that step is
    named; otherwise the forward pass is run again and the first block that turns finite
    inputs into non-finite outputs is named.
    """
    for path, parameter in parameters(net).items():
        if not _finite(parameter.data()):
            block = path.rpartition(".")[0]
            if step == 0:
                return Divergence(0, block, "initialization")
            return Divergence(step - 1, block, "update")
    return Divergence(step, _first_bad_block(net, x), "forward")


def _first_bad_block(net: Block, x: np.ndarray) -> str:
    bad: list[str] = []
    with ExitStack() as stack:
        for path, block in blocks(net).items():
            if path:
                stack.enter_context(block.register_forward_hook(partial(_note, bad, path)))
        stack.enter_context(np.errstate(all="ignore"))
        with autograd.pause(train_mode=True):
            net(Tensor(x))
    return bad[0] if bad else ""


def _note(
    bad: list[str], path: str, _block: Block, inputs: tuple[Tensor, ...], output: Tensor
) -> None:
    if not _finite(output) and all(_finite(x) for x in inputs):
        bad.append(path)


def _finite(tensor: Tensor) -> bool:
    return bool(np.all(np.isfinite(np.asarray(tensor))))
