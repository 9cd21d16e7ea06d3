"""A net of dense layers and its loss as lists of calls, which compute what the tape would."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from initlab.autograd import Tensor, is_idle, record
from initlab.nd.prepared import Layer, Perceptron
from initlab.nn import Loss, SoftmaxCrossEntropyLoss, dense_links, losses
from initlab.tree import CHANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from initlab.nd.prepared import CrossEntropy
    from initlab.nn import Block

    Linear: TypeAlias = tuple[Tensor, Tensor | None, str | None]  # weight, bias, activation

__all__ = ["Calls", "Row", "prepare"]

LOSSES = frozenset(getattr(losses, name) for name in losses.__all__)
"""Those of which it is known that they depend on what they are called with alone."""


class Row:
    """The dense layers that a net is, as long as `holds` says so.

    Attributes:
        layers: their live arrays; none where the net is another, where layers do not fit each
            other, a Parameter is used twice, or a gradient is not simply to be overwritten.
        leaves: where gradients land.
    """

    def __init__(self, net: Block) -> None:
        self._seen = CHANGES.number
        links = dense_links(net) or []
        self._tensors = [tensor for link in links for tensor in link[:2] if tensor is not None]
        self._nodes = [tensor.node for tensor in self._tensors]
        self.leaves: list[Any] = [node for node in self._nodes if node is not None]
        self._buffers: list[Any] = [getattr(node, "buffer", None) for node in self.leaves]
        plain = self.leaves and _chained(links) and _apart(self._tensors)
        self.layers = [_layer(link) for link in links] if plain else []

    def holds(self) -> bool:
        """Return whether nothing has changed since, in any tree or in where gradients land."""
        here = [tensor.node for tensor in self._tensors]
        return self._seen == CHANGES.number and here == self._nodes

    def moved(self) -> list[tuple[Any, np.ndarray, np.ndarray]]:
        """Return the leaves whose gradient lands elsewhere since, where it did, and what is there.

        Others may live in that memory by now, as after another draw.
        """
        if self._seen == CHANGES.number:
            return []
        homes = zip(self.leaves, self._buffers, strict=True)
        return [(leaf, array, array.copy()) for leaf, array in homes if leaf.buffer is not array]


def _chained(links: Sequence[Linear]) -> bool:
    """Return whether each layer takes what the one before returns."""
    shapes = [weight.shape for weight, _, _ in links]
    biased = all(bias is None or bias.shape == weight.shape[:1] for weight, bias, _ in links)
    return biased and all(below[0] == above[1] for below, above in pairwise(shapes))


def _apart(tensors: Sequence[Tensor]) -> bool:
    """Return whether all are different ones of one dtype, their gradients to be overwritten."""
    alike = len({id(tensor) for tensor in tensors}) == len(tensors)
    return alike and all(t.dtype == tensors[0].dtype and _lands(t) for t in tensors)


def _lands(tensor: Tensor) -> bool:
    grad = tensor.grad
    if grad is None:
        return tensor.node is None
    return tensor.grad_req == "write" and grad.array.flags.c_contiguous


def _layer(link: Linear) -> Layer:
    weight, bias, ending = link
    if bias is None:
        return Layer(weight.array, None, _slope(weight), None, ending)
    return Layer(weight.array, bias.array, _slope(weight), _slope(bias), ending)


def _slope(tensor: Tensor) -> np.ndarray | None:
    return None if tensor.grad is None else tensor.grad.array


class TapedLoss:
    """One of our losses, by the tape: it sees nothing of a net but its output.

    Args:
        loss: the loss.
        output: what it is called with, read at each pass.
        gradient: where the gradient of the output is written.
    """

    def __init__(self, loss: Loss, output: np.ndarray, gradient: np.ndarray) -> None:
        self._loss, self._output = loss, Tensor(output)
        self._output.bind_grad(Tensor(gradient))

    def forward(self, y: np.ndarray) -> np.ndarray:
        """Return the losses."""
        with record():
            self._losses = self._loss(self._output, Tensor(y))
        losses: np.ndarray = self._losses.array
        return losses

    def backward(self) -> None:
        """Write the gradient of the last pass."""
        self._losses.backward()


class Calls:
    """What a row of layers and a loss call for batches of one shape; for one pass at a time.

    Args:
        row: where the layers were found.
        net: the layers.
        loss: the loss of their output.
        idle: where the calls wait for the next pass, each under its own shapes.
        shapes: of the inputs and the targets.
    """

    def __init__(
        self,
        row: Row,
        net: Perceptron,
        loss: CrossEntropy | TapedLoss,
        idle: dict[Any, Calls],
        shapes: Any,
    ) -> None:
        self._row, self._net, self._loss = row, net, loss
        self._idle, self._shapes = idle, shapes
        self._dtype = net.gradient.dtype

    def fit(self, x: Any, y: Any) -> bool:
        """Return whether the tape would make these very calls of arrays of the same shapes."""
        alike = type(x) is type(y) is np.ndarray and x.dtype == self._dtype
        return alike and is_idle() and self._row.holds()

    def forward(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the net's output and the losses, in memory of their own."""
        self._net.forward(x)
        losses = self._loss.forward(y)
        return self._net.output.copy(), losses

    def backward(self) -> None:
        """Write the gradients of the losses' sum, and wait."""
        moved = self._row.moved()
        self._loss.backward()
        self._net.backward()
        for leaf in self._row.leaves:
            leaf.fresh = True
        for leaf, array, others in moved:
            leaf.buffer[...] = array
            array[...] = others
        self._idle[self._shapes] = self


def prepare(
    row: Row, loss: Callable[[Tensor, Tensor], Tensor], x: Any, y: Any, idle: dict[Any, Calls]
) -> Calls | None:
    """Return the calls for batches like this one; None where the tape may make others."""
    ours = isinstance(loss, Loss) and type(loss) in LOSSES and not loss.watched
    if not row.layers or not ours or not is_idle():
        return None
    first = row.layers[0].weight
    if not type(x) is type(y) is np.ndarray or x.dtype != first.dtype or not len(x):
        return None
    if x.shape[1:] != first.shape[1:]:
        return None
    net = Perceptron(len(x), row.layers)
    return Calls(row, net, _prepared(loss, net, y), idle, (x.shape, y.shape))


def _prepared(loss: Any, net: Perceptron, y: np.ndarray) -> CrossEntropy | TapedLoss:
    output, gradient = net.output, net.gradient
    made = None
    if isinstance(loss, SoftmaxCrossEntropyLoss) and y.shape == output.shape[:1]:
        made = loss.prepared(output, gradient)
    return TapedLoss(loss, output, gradient) if made is None else made
