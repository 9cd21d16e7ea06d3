"""The layers with weights of a net in the order of its forward pass, and what they compute."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.tree import blocks, parameters

if TYPE_CHECKING:
    from initlab.tree import Parameter

__all__ = ["Layer", "Signals", "inputs", "layers", "signals"]

ELEMENTWISE = (nn.Activation, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.GELU, nn.Swish)


@dataclass(frozen=True, eq=False)
class Layer:
    """A weight that maps inputs to outputs, and what belongs to it.

    Args:
        path: the weight's.
        weight: a matrix or kernel.
        bias: the block's own, if it has one.
        block: what computes with them.
        activation: what comes next, inside the block or after it.
        reached: whether the forward pass comes by.
    """

    path: str
    weight: Parameter
    bias: Parameter | None
    block: nn.Block
    activation: nn.Block | None
    reached: bool


class Signals(NamedTuple):
    """What a layer computes of a batch; None what the forward pass did not reach."""

    before: np.ndarray | None  # the activation
    after: np.ndarray | None


def layers(net: nn.Block, x: np.ndarray) -> list[Layer]:
    """Return the layers in the order in which a forward pass over `x` first calls them."""
    called: list[nn.Block] = []
    tree = blocks(net)
    with ExitStack() as stack:
        for block in tree.values():
            hook = partial(_note_call, called)
            stack.enter_context(block.register_forward_pre_hook(hook))
        _run(net, x)
    order = {id(block): place for place, block in reversed(list(enumerate(called)))}
    found = [
        _layer(path, weight, tree[path.rpartition(".")[0]], called, order)
        for path, weight in parameters(net).items()
        if weight.role == "weight" and len(weight.spec.shape) > 1
    ]
    return sorted(found, key=lambda layer: order.get(id(layer.block), len(called)))


def _layer(
    path: str, weight: Parameter, block: nn.Block, called: list[nn.Block], order: dict[int, int]
) -> Layer:
    place = order.get(id(block))
    after = called[place + 1 : place + 2] if place is not None else []
    inner = [child for child in block.children.values() if isinstance(child, ELEMENTWISE)]
    activation = next((b for b in (*inner, *after) if isinstance(b, ELEMENTWISE)), None)
    bias = block.own_parameters.get("bias")
    return Layer(path, weight, bias, block, activation, place is not None)


def signals(net: nn.Block, x: np.ndarray, layer: Layer) -> Signals:
    """Return what the layer gives its activation and what comes out; without one, both equal."""
    before: list[np.ndarray] = []
    after: list[np.ndarray] = []
    with ExitStack() as stack:
        if layer.activation is None:
            stack.enter_context(layer.block.register_forward_hook(partial(_keep_output, before)))
            after = before
        else:
            keep = partial(_keep_input, before)
            stack.enter_context(layer.activation.register_forward_pre_hook(keep))
            keep_output = partial(_keep_output, after)
            stack.enter_context(layer.activation.register_forward_hook(keep_output))
        _run(net, x)
    return Signals(before[-1] if before else None, after[-1] if after else None)


def inputs(net: nn.Block, x: np.ndarray, block: nn.Block) -> np.ndarray:
    """Return what a block that the forward pass reaches is called with."""
    seen: list[np.ndarray] = []
    with block.register_forward_pre_hook(partial(_keep_input, seen)):
        _run(net, x)
    return seen[-1]


def _run(net: nn.Block, x: np.ndarray) -> None:
    with autograd.pause(train_mode=False), np.errstate(all="ignore"):
        net(Tensor(x))


def _note_call(called: list[nn.Block], block: nn.Block, _inputs: Any) -> None:
    called.append(block)


def _keep_input(seen: list[np.ndarray], _block: nn.Block, inputs: tuple[Tensor, ...]) -> None:
    seen.append(np.asarray(inputs[0]))


def _keep_output(seen: list[np.ndarray], _block: nn.Block, _inputs: object, output: Tensor) -> None:
    seen.append(np.asarray(output))
