"""Nets for measurements: chains of layers, drawn by seed, and what a batch makes of them."""

from __future__ import annotations

from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import autograd, nd, nn
from initlab.autograd import Tensor
from initlab.init import Placed, make_plan
from initlab.nd.random import Streams
from initlab.tree import apply_plan, blocks, fresh_names, resolve_shapes, slots

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from initlab.init import Initializer

__all__ = ["chain", "draw", "many", "signals"]

WEIGHTS = 2**23  # side by side


def chain(
    widths: Sequence[int],
    activation: str | Callable[[Any], Any] | None,
    *,
    use_bias: bool = False,
    norm: Callable[[], nn.Block] | None = None,
    outputs: int | None = None,
) -> nn.Block:
    """Return dense layers of these widths, the input's first, each followed by the activation.

    Args:
        widths: of the input and of each layer.
        activation: its name, or the function itself; None for linear layers.
        use_bias: whether the layers have biases.
        norm: makes what stands between a layer and its activation.
        outputs: of one more layer, `head`, without activation; none if None.

    >>> chain([3, 5, 2], "tanh")[0]
    Dense(3 -> 5, linear)
    """
    with fresh_names():
        net = nn.Sequential()
        for inputs, units in pairwise(widths):
            net.add(nn.Dense(units, use_bias=use_bias, in_units=inputs))
            if norm is not None:
                net.add(norm())
            if isinstance(activation, str):
                net.add(nn.Activation(activation))
            elif activation is not None:
                net.add(nn.Lambda(activation))
        if outputs is not None:
            net.add(head=nn.Dense(outputs, use_bias=use_bias, in_units=widths[-1]))
    return net


def draw(
    net: nn.Block,
    weight: Initializer,
    seed: int,
    *,
    bias: Initializer | None = None,
    example: np.ndarray | None = None,
) -> nn.Block:
    """Draw the net's parameters and return it; the same for equal seeds.

    Args:
        net: whose shapes are known, unless there is an example.
        weight: of the weights; a rule over the tree also of what else it speaks for.
        seed: of the streams.
        bias: of the biases; zeros if None, unless the rule speaks for them.
        example: a batch from which the shapes follow.
    """
    if example is not None:
        resolve_shapes(net, example)
    speaks_for = weight.roles if isinstance(weight, Placed) else ("weight",)
    roles: dict[str, Initializer] = dict.fromkeys(speaks_for, weight)
    if bias is not None:
        roles["bias"] = bias
    apply_plan(net, make_plan(slots(net), roles=roles), Streams(seed))
    return net


def many(
    nets: int, widths: Sequence[int], activation: str | None, weight: Initializer
) -> Iterator[nn.Block]:
    """Yield independent drawn nets side by side, as few blocks as memory allows.

    Each maps (nets, samples, inputs), or (1, samples, inputs) where all nets get the same.

    Args:
        nets: how many in all.
        widths: of the input and of each layer; the layers have no biases.
        activation: its name, or None for linear layers.
        weight: draws the weights.

    >>> from initlab.init import Xavier
    >>> [net(nd.ones((1, 4, 3))).shape for net in many(7, [3, 5, 2], "relu", Xavier())]
    [(7, 4, 2)]
    """
    side_by_side = max(1, WEIGHTS // sum(inputs * units for inputs, units in pairwise(widths)))
    for seed, start in enumerate(range(0, nets, side_by_side)):
        with fresh_names():
            net = nn.Sequential()
            for inputs, units in pairwise(widths):
                net.add(_Dense(min(side_by_side, nets - start), inputs, units))
                if activation is not None:
                    net.add(nn.Activation(activation))
        yield draw(net, weight, seed)


class _Dense(nn.Block):
    """Dense layers without biases side by side: (nets, samples, inputs) to (..., units)."""

    def __init__(self, nets: int, inputs: int, units: int) -> None:
        super().__init__()
        with self.name_scope():
            self.weight = self.params.get(
                "weight", shape=(nets, units, inputs), in_axes=(2,), out_axes=(1,), batch_axes=(0,)
            )

    def forward(self, x: Any) -> Any:
        """Return each net's products."""
        return nd.matmul(x, nd.swapaxes(self.weight.data(), 1, 2))


def signals(net: nn.Block, x: np.ndarray, *, training: bool = False) -> dict[str, Tensor]:
    """Return what each block makes of a batch, by path, recorded, so that it has gradients.

    Args:
        net: drawn.
        x: the batch.
        training: whether normalization takes the batch's own moments.
    """
    seen: dict[str, Tensor] = {}
    hooks = [
        block.register_forward_hook(partial(_keep, seen, path))
        for path, block in blocks(net).items()
    ]
    with autograd.record(train_mode=training):
        net(Tensor(np.asarray(x, np.float32)))
    for hook in hooks:
        hook.detach()
    return seen


def _keep(
    seen: dict[str, Tensor], path: str, _block: nn.Block, _inputs: object, output: Tensor
) -> None:
    seen[path] = output
