"""Residual branches as small as what they are added to has grown."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from math import isfinite, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.calibrators.calibrator import Calibration, Calibrator, untouched
from initlab.tree import blocks, parameters

if TYPE_CHECKING:
    from initlab.calibrators.batch import Batch
    from initlab.tree import Parameter

__all__ = ["Admin"]


@dataclass(frozen=True)
class Admin(Calibrator):
    """Adaptive model initialization: LN(w_i x + f_i(x)), each w_i from the variances before it.

    Liu et al., "Understanding the difficulty of training transformers" (2020), as their code has
    it: w_1 = 1, w_{i+1}^2 = Var(w_i x) + Var f_i, branch after branch over the batch. The norm
    after the sum forgets sizes, so f_i is divided by w_i instead: the branch's scale if it has one,
    as Residual(scale="channel"), and else its last weight and bias. For nets with a norm after
    each sum, such as model=post_ln_transformer.
    """

    base: ClassVar[str] = "xavier"

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Divide each branch; told is the variance of the undivided sum."""
        found = {path: b for path, b in blocks(net).items() if isinstance(b, nn.Residual)}
        if not found:
            return [untouched(next(iter(parameters(net))), "the net has no residual branch")]
        told, w = [], 1.0
        for path, block in found.items():
            name, parts = _ends(path, block)
            stream, branch = _variances(net, batch.x, block)
            grown = w**2 * stream + branch
            if not parts or not isfinite(grown) or grown <= 0:
                told.append(untouched(name, "its branch has no weight, or no finite variance"))
                continue
            for part in parts:
                part.set_data(np.asarray(part.data()) / w)
            told.append(Calibration(name, 1 / w, 1, grown, True))
            w = sqrt(grown)
        return told


def _ends(path: str, block: nn.Residual) -> tuple[str, list[Parameter]]:
    """Return the name of what scales the branch, and all that is to be divided with it."""
    if block.scale is not None:
        return f"{path}.scale".lstrip("."), [block.scale]
    inside = parameters(block.body)
    last = [name for name, p in inside.items() if p.role == "weight" and len(p.spec.shape) > 1]
    if not last:
        return next(iter(inside), path), []
    home = last[-1].rpartition(".")[0]
    beside = [p for name, p in inside.items() if name.rpartition(".")[0] == home]
    return f"{path}.body.{last[-1]}".lstrip("."), beside


def _variances(net: nn.Block, x: np.ndarray, block: nn.Residual) -> tuple[float, float]:
    """Return the variances of what a residual block is given and of what its branch adds."""
    seen: list[float] = []
    with ExitStack() as stack, autograd.pause(train_mode=False), np.errstate(all="ignore"):
        stack.enter_context(block.register_forward_hook(partial(_keep, seen)))
        net(Tensor(x))
    return seen[0], seen[1]


def _keep(seen: list[float], _block: nn.Block, given: Any, output: Tensor) -> None:
    before, after = np.asarray(given[0], np.float64), np.asarray(output, np.float64)
    seen += [float(before.var()), float((after - before).var())]
