"""One forward and backward pass over a net that leaves it as it was, and what it saw."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from initlab import autograd
from initlab.nn import Block, Sequential
from initlab.paths import select
from initlab.probes.probe import Probe, Subject
from initlab.tree import blocks, parameters, slots

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from initlab.autograd import Tensor

__all__ = ["Observation", "blocks_to_observe", "observe", "select_places"]


@dataclass(frozen=True)
class Observation:
    """What one pass saw: activations and signals by block path, gradients by parameter path."""

    loss: float
    activations: Mapping[str, np.ndarray]
    signals: Mapping[str, np.ndarray]
    gradients: Mapping[str, np.ndarray]


def blocks_to_observe(net: Block) -> dict[str, Block]:
    """Return the blocks whose outputs are the signal: every one but containers and inner parts.

    A Sequential's output is its last block's, and the activation inside a Dense is the Dense's
    own, so neither is listed; a Residual is, since its sum is the stream.

    >>> from initlab import nn
    >>> net = nn.Sequential()
    >>> net.add(nn.Dense(3, activation="relu"), nn.Dense(2))
    >>> list(blocks_to_observe(net))
    ['0', '1']
    """
    owners = {path.rpartition(".")[0] for slot in slots(net) for path in (slot.path, *slot.aliases)}
    chosen: dict[str, Block] = {}
    for path, block in blocks(net).items():
        inside_a_layer = any(above in owners for above in _above(path))
        if path and not inside_a_layer and not isinstance(block, Sequential):
            chosen[path] = block
    return chosen


def _above(path: str) -> list[str]:
    """Return the paths of the blocks around `path`, the root excepted: 'a.b.c' -> ['a', 'a.b']."""
    parts = path.split(".")
    return [".".join(parts[:i]) for i in range(1, len(parts))]


def _keep(outputs: dict[str, Tensor], path: str, _block: Block, _inputs: object, y: Tensor) -> None:
    outputs[path] = y


def select_places(probe: Probe, match: str, net: Block, what: str) -> list[str]:
    """Return the paths in `net` that a probe's pattern chooses.

    Raises:
        SelectsNothingError: when the pattern matches none of the probe's subjects.
    """
    if probe.over is Subject.blocks:
        return select(match, blocks_to_observe(net), what)
    return select(match, parameters(net), what)


def observe(
    net: Block, x: np.ndarray, y: np.ndarray, loss: Callable[[Tensor, Tensor], Tensor]
) -> Observation:
    """Run `loss(net(x), y)` forward and backward in predict mode; gradients are of its mean.

    Gradient buffers, running statistics and random streams stay untouched. Signals are missing
    where nothing can be differentiated: integers, and what follows from them alone.
    """
    inputs = _inputs(x)
    outputs: dict[str, Tensor] = {}
    with ExitStack() as stack:
        for path, block in blocks_to_observe(net).items():
            stack.enter_context(block.register_forward_hook(partial(_keep, outputs, path)))
        stack.enter_context(autograd.record(train_mode=False))
        value = loss(net(inputs), autograd.Tensor(y)).mean()
    weights = {p: w.data() for p, w in parameters(net).items() if w.grad_req != "null"}
    recorded = {path: t for path, t in outputs.items() if t.node is not None}
    wanted = [*recorded.values(), *weights.values()]
    found = autograd.grad(value, wanted, train_mode=False) if wanted else []
    grads = [np.asarray(g) for g in found]
    return Observation(
        loss=float(value),
        activations={path: np.asarray(t) for path, t in outputs.items()},
        signals=dict(zip(recorded, grads, strict=False)),
        gradients=dict(zip(weights, grads[len(recorded) :], strict=True)),
    )


def _inputs(x: np.ndarray) -> Tensor:
    """Return a batch from which everything is recorded, blocks before the first weight too."""
    inputs = autograd.Tensor(x)
    if np.issubdtype(x.dtype, np.floating):
        inputs.attach_grad()
    return inputs
