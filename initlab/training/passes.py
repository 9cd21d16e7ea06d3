"""A net's passes over batches: by the tape, or as lists of calls where there can be such.

The lists make the calls of NumPy that the tape would, so that not a bit is another, without asking
again what everything is. There are some where all of that is known: for a net of dense layers that
nobody watches, each Parameter used once and its gradient overwritten, under a loss of ours (which
itself goes by the tape if it is not the softmax cross entropy). They hold for batches of one shape
until any tree changes, as happens between the first two passes: the first one settles shapes, the
first step moves the Parameters side by side.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import autograd
from initlab.autograd import Tensor
from initlab.errors import GraphError
from initlab.training.calls import Row, prepare
from initlab.tree import CHANGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from initlab.nn import Block
    from initlab.training.calls import Calls

__all__ = ["Pass", "Passes"]

KEPT = 4
"""For how many shapes there are lists: an epoch has two, its last batch is smaller."""


class Pass:
    """One batch's way forward, and the way back.

    Attributes:
        output: what the net made of the inputs: an array, or what else a Block returns.
        losses: what the loss made of that and the targets.
    """

    __slots__ = ("_back", "losses", "output")

    def __init__(self, output: Any, losses: np.ndarray, back: Callable[[], None]) -> None:
        self.output, self.losses = output, losses
        self._back: Callable[[], None] | None = back

    def backward(self) -> None:
        """Fill the gradients of the net's Parameters, those of the losses' sum.

        Raises:
            GraphError: the second time.
        """
        back, self._back = self._back, None
        if back is None:
            raise GraphError("A pass goes back once: make another one, passes(x, y).")
        back()


class Passes:
    """A net and its loss, to be run over batches in training mode.

    What they compute, and what lands in the gradients, is what `autograd.record` and `backward`
    make of the same net and loss, bit for bit; small nets of dense layers take half the time.
    A pass that never goes back keeps its lists to itself, and the next one, which makes its own,
    takes longer than by the tape: only to look, call the net.

    Args:
        net: any Block.
        loss: a function of its output and the targets.

    >>> from initlab import nn, optim
    >>> net = nn.Dense(2, in_units=1, weight_initializer="zeros")
    >>> net.initialize()
    >>> trainer = optim.Trainer(net.collect_params(), "sgd", {"learning_rate": 1})
    >>> passes = Passes(net, nn.SoftmaxCrossEntropyLoss())
    >>> for _ in range(2):
    ...     made = passes(np.ones((1, 1), "float32"), np.array([0]))
    ...     made.backward()
    ...     trainer.step(1)
    ...     print(made.losses.round(3))
    [0.693]
    [0.127]
    """

    def __init__(self, net: Block, loss: Callable[[Tensor, Tensor], Tensor]) -> None:
        self._net, self._loss = net, loss
        self._row: Row | None = None
        self._seen = -1  # the last change to any tree before the last pass that needed lists
        self._idle: dict[Any, Calls] = {}  # those that no pass is using, by shapes

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_row": None, "_seen": -1, "_idle": {}}  # a copy makes its own

    def __call__(self, x: Any, y: Any) -> Pass:
        """Run the net over inputs and the loss over its output and the targets."""
        x = x if type(x) is np.ndarray else _bare(x)
        y = y if type(y) is np.ndarray else _bare(y)
        calls = self._idle.pop((x.shape, y.shape), None)
        if calls is None or not calls.fit(x, y):
            calls = self._prepared(x, y)
        if calls is not None:
            return Pass(*calls.forward(x, y), calls.backward)
        with autograd.record():
            output = self._net(_tensor(x))
            losses = self._loss(output, _tensor(y))
        made = output.array if isinstance(output, Tensor) else output
        return Pass(made, losses.array, losses.backward)

    def _prepared(self, x: Any, y: Any) -> Calls | None:
        """Return the lists for batches like this one, if there can be any.

        None is made while trees change from pass to pass, as they do until the first step; those
        that were made before a change go, and the arrays that they hold with them.
        """
        before, self._seen = self._seen, CHANGES.number
        row = self._row if before == self._seen else None
        if before == self._seen and (row is None or not row.holds()):
            row = Row(self._net)
        self._row = row
        if row is None or len(self._idle) >= KEPT:
            self._idle.clear()
        return None if row is None else prepare(row, self._loss, x, y, self._idle)


def _bare(value: Any) -> Any:
    """Return an array, or a Tensor that wants a gradient."""
    if type(value) is Tensor:
        return value.array if value.node is None else value
    return np.asarray(value)


def _tensor(value: Any) -> Tensor:
    return value if type(value) is Tensor else Tensor(value)
