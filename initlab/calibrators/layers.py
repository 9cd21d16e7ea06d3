"""The layers with weights of a net in the order of its forward pass, and what they compute."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.errors import BadValueError
from initlab.tree import blocks, parameters

if TYPE_CHECKING:
    from initlab.tree import Parameter

__all__ = ["Layer", "Signals", "given", "inputs", "last_layer", "layers", "signals"]

ELEMENTWISE = (nn.Activation, nn.LeakyReLU, nn.PReLU, nn.ELU, nn.SELU, nn.GELU, nn.Swish)


@dataclass(frozen=True, eq=False)
class Layer:
    """A weight that maps inputs to outputs, and what belongs to it.

    Args:
        path: the weight's.
        weight: a matrix or kernel.
        bias: the block's own, if it has one that is trained.
        also: the bias's path, if there is one.
        block: what computes with them.
        activation: what comes next, inside the block or after it.
        turn: how often that was called before.
        shared: whether the weight has several places, or its block is called several times.
        obstacle: why what it computes cannot be seen, or nothing.
    """

    path: str
    weight: Parameter
    bias: Parameter | None
    also: tuple[str, ...]
    block: nn.Block
    activation: nn.Block | None
    turn: int
    shared: bool
    obstacle: str

    @property
    def frozen(self) -> bool:
        """Whether the weight is not trained, so that no calibrator is given it."""
        return self.weight.grad_req == "null"


class Signals(NamedTuple):
    """What a layer computes of a batch; None what the forward pass did not reach."""

    before: np.ndarray | None  # the activation
    after: np.ndarray | None


def layers(net: nn.Block, x: np.ndarray) -> list[Layer]:
    """Return the layers in the order in which a forward pass over `x` first calls them.

    Raises:
        BadValueError: when there is none.
    """
    called: list[nn.Block] = []
    tree = blocks(net)
    with ExitStack() as stack:
        for block in {id(block): block for block in tree.values()}.values():
            hook = partial(_note_call, called)
            stack.enter_context(block.register_forward_pre_hook(hook))
        _run(net, x)
    paths = {id(parameter): path for path, parameter in parameters(net).items()}
    places = Counter(id(parameter) for _, parameter in net.places())
    found = [
        _layer(path, weight, tree[path.rpartition(".")[0]], called, paths, places)
        for path, weight in parameters(net).items()
        if _maps(weight)
    ]
    if not found:
        raise BadValueError(
            "The net has no layer with a weight that maps inputs to outputs, so there is nothing "
            "to calibrate. Choose an initializer alone."
        )
    order = {id(block): place for place, block in reversed(list(enumerate(called)))}
    return sorted(found, key=lambda layer: order.get(id(layer.block), len(called)))


def given(net: nn.Block, x: np.ndarray) -> list[Layer]:
    """Return the layers whose weights are trained, for a frozen one was not given.

    Raises:
        BadValueError: when there is none, or none whose own outputs can be seen.
    """
    free = [layer for layer in layers(net, x) if not layer.frozen]
    if all(layer.obstacle for layer in free):
        why = f"of {free[0].path}, {free[0].obstacle}" if free else "all are frozen"
        raise BadValueError(
            f"No weight of this net can be calibrated by what its layer computes: {why}. "
            "Choose gradinit, which follows the loss alone, or an initializer without calibrator."
        )
    return free


def last_layer(net: nn.Block, x: np.ndarray) -> Layer:
    """Return the layer whose outputs are the net's; else the last one, with the obstacle."""
    found = layers(net, x)
    outputs: list[list[np.ndarray]] = [[] for _ in found]
    with ExitStack() as stack:
        for layer, seen in zip(found, outputs, strict=True):
            hook = partial(_keep_output, seen)
            stack.enter_context(layer.block.register_forward_hook(hook))
        whole = np.asarray(_run(net, x))
    for layer, seen in zip(found, outputs, strict=True):
        plain = not (layer.block.children or layer.shared or layer.obstacle)
        if plain and np.may_share_memory(seen[-1], whole):
            return layer
    why = "its outputs alone are not the net's: a tied weight or a function follows or shares it"
    return replace(found[-1], obstacle=found[-1].obstacle or why)


def _maps(parameter: Parameter) -> bool:
    return parameter.role == "weight" and len(parameter.spec.shape) > 1


def _layer(
    path: str,
    weight: Parameter,
    block: nn.Block,
    called: list[nn.Block],
    paths: dict[int, str],
    places: Counter[int],
) -> Layer:
    at = [place for place, other in enumerate(called) if other is block]
    after = called[at[0] + 1 : at[0] + 2] if at else []
    inner = [child for child in block.children.values() if isinstance(child, ELEMENTWISE)]
    activation = next((b for b in (*inner, *after) if isinstance(b, ELEMENTWISE)), None)
    turn = sum(other is activation for other in called[: at[0]]) if at else 0
    bias = block.own_parameters.get("bias")
    bias = None if bias is None or bias.grad_req == "null" else bias
    also = () if bias is None else (paths[id(bias)],)
    maps = sum(_maps(own) for own in block.own_parameters.values())
    obstacle = "" if at else "no forward pass reaches it"
    if maps > 1:
        obstacle = "its block has other weights, too, and what it computes alone is not seen"
    shared = len(at) > 1 or places[id(weight)] > 1
    return Layer(path, weight, bias, also, block, activation, turn, shared, obstacle)


def signals(net: nn.Block, x: np.ndarray, layer: Layer) -> Signals:
    """Return what the layer gives its activation and what comes out; without one, both equal.

    Of a layer that is called several times it is the first call's.
    """
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
    return Signals(*(seen[layer.turn] if seen else None for seen in (before, after)))


def inputs(net: nn.Block, x: np.ndarray, block: nn.Block) -> np.ndarray:
    """Return what a block that the forward pass reaches is called with."""
    seen: list[np.ndarray] = []
    with block.register_forward_pre_hook(partial(_keep_input, seen)):
        _run(net, x)
    return seen[0]


def _run(net: nn.Block, x: np.ndarray) -> Any:
    with autograd.pause(train_mode=False), np.errstate(all="ignore"):
        return net(Tensor(x))


def _note_call(called: list[nn.Block], block: nn.Block, _inputs: Any) -> None:
    called.append(block)


def _keep_input(seen: list[np.ndarray], _block: nn.Block, inputs: tuple[Tensor, ...]) -> None:
    seen.append(np.asarray(inputs[0]))


def _keep_output(seen: list[np.ndarray], _block: nn.Block, _inputs: object, output: Tensor) -> None:
    seen.append(np.asarray(output))
