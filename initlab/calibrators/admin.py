"""Residual branches as small as what they are added to has grown."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from math import isclose, isfinite, isnan, nan, sqrt
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.calibrators.calibrator import Calibration, Calibrator, first_path, untouched
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
    as Residual(scale="channel"), and else its last weight and bias, those of a norm if it ends in
    one. For nets with a norm after each sum, such as model=post_ln_transformer.
    """

    base: ClassVar[str] = "xavier"

    def calibrate(self, net: nn.Block, batch: Batch) -> list[Calibration]:
        """Divide each branch; told is the variance of the undivided sum."""
        found = {path: b for path, b in blocks(net).items() if isinstance(b, nn.Residual)}
        if not found:
            return [untouched(first_path(net), "the net has no residual branch")]
        told, w = [], 1.0
        for path, block in found.items():
            name, parts, also = _ends(path, block)
            name = name or first_path(net)
            stream, branch = _variances(net, batch.x, block)
            grown = w**2 * stream + branch
            if isnan(stream):
                told.append(
                    untouched(name, "no forward pass reaches it, or its input is not finite")
                )
                continue
            if not parts or not isfinite(grown) or grown <= 0:
                told.append(
                    untouched(name, "its branch has no trained weight, or no finite variance")
                )
                continue
            before = [np.array(part.data()) for part in parts]
            for part, values in zip(parts, before, strict=True):
                part.set_data(values / w)
            if not isclose(w**2 * _variances(net, batch.x, block)[1], branch, rel_tol=1e-2):
                for part, values in zip(parts, before, strict=True):
                    part.set_data(values)
                told.append(untouched(name, "what follows it in its branch does not keep factors"))
                continue
            told.append(Calibration(name, 1 / w, 1, grown, True, also=also))
            w = sqrt(grown)
        return told


def _ends(path: str, block: nn.Residual) -> tuple[str, list[Parameter], tuple[str, ...]]:
    """Return the name of what scales the branch, all that is to be divided, the others' names."""
    if block.scale is not None:
        parts = [block.scale] if block.scale.grad_req != "null" else []
        return f"{path}.scale".lstrip("."), parts, ()
    inside = parameters(block.body)
    weights = [name for name, p in inside.items() if p.role == "weight" and len(p.spec.shape) > 1]
    if not weights:
        return next((f"{path}.body.{name}".lstrip(".") for name in inside), ""), [], ()
    gains = [name for name, p in inside.items() if p.role == "gain" and p.grad_req != "null"]
    last = [name for name in inside if name in (*weights, *gains)][-1]
    home = last.rpartition(".")[0]
    beside = {
        f"{path}.body.{name}".lstrip("."): p
        for name, p in inside.items()
        if name.rpartition(".")[0] == home and p.grad_req != "null"
    }
    name = f"{path}.body.{last}".lstrip(".")
    also = tuple(other for other in beside if other != name)
    return name, [*beside.values()] if name in beside else [], also


def _variances(net: nn.Block, x: np.ndarray, block: nn.Residual) -> tuple[float, float]:
    """Return the variances of what a residual block is given and of what its branch adds.

    Both are nan if no forward pass reaches it.
    """
    seen: list[float] = []
    with ExitStack() as stack, autograd.pause(train_mode=False), np.errstate(all="ignore"):
        stack.enter_context(block.register_forward_hook(partial(_keep, seen)))
        net(Tensor(x))
    return (seen[0], seen[1]) if seen else (nan, nan)


def _keep(seen: list[float], _block: nn.Block, given: Any, output: Tensor) -> None:
    before, after = np.asarray(given[0], np.float64), np.asarray(output, np.float64)
    seen += [float(before.var()), float((after - before).var())]
