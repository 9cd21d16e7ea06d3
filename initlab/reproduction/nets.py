"""Nets for measurements: chains of layers, drawn by seed, and what a batch makes of them."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.init import make_plan
from initlab.nd.random import Streams
from initlab.tree import apply_plan, blocks, fresh_names, resolve_shapes, slots

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.init import Initializer, Rule

__all__ = ["chain", "draw", "signals"]


def chain(widths: Sequence[int], activation: str | None, *, use_bias: bool = False) -> nn.Block:
    """Return dense layers of these widths, the input's first, each followed by the activation.

    >>> chain([3, 5, 2], "tanh")[0]
    Dense(3 -> 5, linear)
    """
    with fresh_names():
        net = nn.Sequential()
        for inputs, units in pairwise(widths):
            net.add(nn.Dense(units, use_bias=use_bias, in_units=inputs))
            if activation is not None:
                net.add(nn.Activation(activation))
    return net


def draw(
    net: nn.Block,
    weight: Initializer,
    seed: int,
    *,
    bias: Initializer | None = None,
    rules: Sequence[Rule] = (),
    example: np.ndarray | None = None,
) -> nn.Block:
    """Draw the net's parameters and return it; the same for equal seeds.

    Args:
        net: whose shapes are known, unless there is an example.
        weight: of the weights.
        seed: of the streams.
        bias: of the biases; zeros if None.
        rules: for some of the parameters.
        example: a batch from which the shapes follow.
    """
    if example is not None:
        resolve_shapes(net, example)
    roles = {"weight": weight} | ({} if bias is None else {"bias": bias})
    apply_plan(net, make_plan(slots(net), rules=rules, roles=roles), Streams(seed))
    return net


def signals(net: nn.Block, x: np.ndarray) -> dict[str, Tensor]:
    """Return what each block makes of a batch, by path, recorded, so that it has gradients."""
    seen: dict[str, Tensor] = {}
    hooks = [
        block.register_forward_hook(partial(_keep, seen, path))
        for path, block in blocks(net).items()
    ]
    with autograd.record(train_mode=False):
        net(Tensor(np.asarray(x, np.float32)))
    for hook in hooks:
        hook.detach()
    return seen


def _keep(
    seen: dict[str, Tensor], path: str, _block: nn.Block, _inputs: object, output: Tensor
) -> None:
    seen[path] = output
