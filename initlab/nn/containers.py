"""Blocks made of blocks: one after the other, the same one repeated, one added to its input."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from initlab.errors import BadTypeError, BadValueError, NameTakenError, ShapeError
from initlab.nn.chain import Chain
from initlab.tree import Block, Parameter, ParameterDict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.nn.dense import Link

__all__ = ["BranchScaling", "Repeat", "Residual", "Sequential"]


class Sequential(Block):
    """Blocks, each applied to what the one before returned.

    Args:
        children: blocks by name; `add` numbers them from '0'.
        prefix: of the block's name.
        params: a ParameterDict to share Parameters of.

    Raises:
        BadTypeError: for children that are not a mapping.

    >>> from initlab import nn
    >>> net = Sequential()
    >>> net.add(nn.Dense(8, activation="tanh"), nn.Dense(2))
    >>> len(net), net[-1]
    (2, Dense(None -> 2, linear))
    """

    transparent = True

    def __init__(
        self,
        children: Mapping[str, Block] | None = None,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        self._chain = Chain(self._children)
        children = {} if children is None else children
        if not isinstance(children, Mapping):
            raise BadTypeError(
                f"Sequential takes its blocks as a mapping of names, got {children!r}. Write "
                "net = Sequential() and then net.add(block, block)."
            )
        for name, block in children.items():
            self.register_child(block, str(name))

    def add(self, *blocks: Block, **named: Block) -> None:
        """Append blocks, under the next numbers or under names.

        Raises:
            BadTypeError: for anything but a Block.
            NameTakenError: when another block has the name.
        """
        for block in blocks:
            self._append(block, str(len(self)))
        for name, block in named.items():
            self._append(block, name)

    def _append(self, block: Block, name: str) -> None:
        if name in self._children:
            raise NameTakenError(
                f"{type(self).__name__} has a block {name!r} already: {self._children[name]!r}. "
                "Add the new one under another name."
            )
        self.register_child(block, name)

    def forward(self, x: Any) -> Any:
        """Return the last block's output."""
        return self._chain(x)

    def dense_links(self) -> list[Link] | None:
        """Return its layers where they are dense ones alone, and a container may compute them.

        None while hooks wait for calls, with Parameters of its own, and where a subclass computes.
        """
        kind = type(self)
        computes = kind.forward is not Sequential.forward or kind.__call__ is not Block.__call__
        if self.watched or computes or self._parameters:
            return None
        return self._chain.dense_links()

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._children.values())

    def __getitem__(self, key: int | slice) -> Any:
        """Return a block, or for a slice a container of the same prefix with the same blocks."""
        layers = list(self._children.values())[key]
        if isinstance(layers, Block):
            return layers
        part = self._empty()
        part.add(*layers)
        return part

    def _empty(self) -> Sequential:
        return type(self)(prefix=self.prefix)


class Repeat(Sequential):
    """A Sequential of `count` blocks, each made anew.

    Args:
        count: how many.
        of: makes one block at each call.
        prefix: of the block's name.
        params: a ParameterDict to share Parameters of.

    Raises:
        BadValueError: for a negative count.
    """

    def __init__(
        self,
        count: int,
        of: Callable[[], Block],
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        if count < 0:
            raise BadValueError(f"Repeat needs a count of at least 0, got {count}.")
        super().__init__(None, prefix, params)
        for _ in range(count):
            self.add(of())

    def _empty(self) -> Sequential:
        return Sequential(prefix=self.prefix)


class BranchScaling(StrEnum):
    """What multiplies a residual branch: nothing, one number, or one a channel."""

    none = "none"
    scalar = "scalar"
    channel = "channel"


class Residual(Block):
    """x + body(x) (He et al., 2016), or x + scale body(x) with a trainable scale.

    The scale starts at 1; rules such as rezero and layer_scale give it another start.

    Args:
        body: the branch; its output has its input's shape.
        scale: none; scalar for one number, as ReZero and SkipInit have it; channel for one a
            channel of the last axis, as LayerScale has it.
        prefix: of the block's name.
        params: a ParameterDict to share Parameters of.

    Raises:
        BadTypeError: when the body is no Block.
    """

    adds = True

    def __init__(
        self,
        body: Block,
        scale: BranchScaling = BranchScaling.none,
        prefix: str | None = None,
        params: ParameterDict | None = None,
    ) -> None:
        super().__init__(prefix, params)
        self.register_child(body, "body")
        self.body = body
        if scale not in list(BranchScaling):
            raise BadValueError(f"scale is one of {', '.join(BranchScaling)}, got {scale!r}.")
        self.scale: Parameter | None = None
        if scale != BranchScaling.none:
            self.scale = self.params.get(
                "scale",
                shape=(1 if scale == BranchScaling.scalar else 0,),
                init="ones",
                role="gain",
                in_axes=(),
                allow_deferred_init=True,
            )

    def infer_shape(self, x: Any) -> None:
        """Take the size of the last axis for a scale of each channel."""
        if self.scale is not None:
            self.scale.shape = (x.shape[-1],)

    def forward(self, x: Any) -> Any:
        """Return the sum of the input and the branch.

        Raises:
            ShapeError: when their shapes differ.
        """
        y = self.body(x)
        if y.shape != x.shape:
            raise ShapeError(
                f"Residual adds an input of shape {x.shape} to its body's output of shape "
                f"{y.shape}: they must be equal. Choose the body's last layer to fit."
            )
        return x + y if self.scale is None else x + self.scale.data() * y
