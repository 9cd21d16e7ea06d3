"""A node of the model tree, which is made of its attributes: names, children, paths."""

from __future__ import annotations

from contextlib import nullcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from initlab.errors import BadTypeError, NameTakenError
from initlab.tree.changes import CHANGES, Noted
from initlab.tree.dictionary import ParameterDict
from initlab.tree.hidden import CONTAINERS
from initlab.tree.names import Inside, current_scope, next_name, numbered
from initlab.tree.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

__all__ = ["Node"]


class Node:
    """What a Block is by its name and its attributes, whatever it computes.

    The arguments are those of `Block`; all nodes of a tree are Blocks.
    """

    prefix: str
    params: ParameterDict
    _children: dict[str, Any]
    _parameters: dict[str, Parameter]
    _counters: dict[str, int]
    _empty_prefix: bool
    _settled = False  # whether it is known that all own Parameters have data

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        full, own = _named(self._hint(), prefix, params)
        vars(self).update(  # at once: these are no part of the tree, and nets have many blocks
            prefix=full,
            params=own,
            _children=Noted(),
            _parameters={},
            _counters={},
            _empty_prefix=prefix == "",
        )

    def _hint(self) -> str:
        return type(self).__name__.lower()

    @property
    def name(self) -> str:
        """The prefix without its last underscore."""
        return self.prefix.removesuffix("_")

    @property
    def children(self) -> Mapping[str, Any]:
        """The sub-blocks by the name of their attribute."""
        return MappingProxyType(self._children)

    @property
    def own_parameters(self) -> Mapping[str, Parameter]:
        """The block's own Parameters by the name of their attribute."""
        return MappingProxyType(self._parameters)

    def name_scope(self) -> AbstractContextManager[None]:
        """Let blocks made within carry this block's prefix."""
        return nullcontext() if self._empty_prefix else Inside(self)

    def __setattr__(self, name: str, value: Any) -> None:
        known, before = name in self.__dict__ or name == "forward", self.__dict__.get(name)
        if isinstance(before, _PARTS) and not isinstance(value, type(before)):
            raise BadTypeError(
                f"{type(self).__name__}.{name} is a {type(before).__name__} and cannot become a "
                f"{type(value).__name__}: {value!r}."
            )
        if isinstance(value, _NOTED):
            self._note(name, value)
        super().__setattr__(name, value)
        if known or isinstance(value, _PARTS):  # else nobody can rely on it yet
            CHANGES.note()

    def __delattr__(self, name: str) -> None:
        super().__delattr__(name)
        CHANGES.note()

    def _note(self, name: str, value: Any) -> None:
        if isinstance(value, Node):
            self.register_child(value, name)
        elif isinstance(value, Parameter):
            self._register(value, name)
        else:
            self.__dict__.setdefault("_containers", {})[name] = None  # may come to hold Blocks

    def _register(self, parameter: Parameter, name: str) -> None:
        if self._parameters.get(name, parameter) is not parameter:
            raise NameTakenError(
                f"{type(self).__name__}.{name} is already a Parameter. To share one, pass "
                "params=, or use initlab.tree.tie."
            )
        self.params.adopt(parameter)
        self._parameters[name] = parameter
        self.__dict__["_settled"] = False

    def register_child(self, block: Any, name: str | None = None) -> None:
        """Make `block` part of the tree, by default under the next number.

        Raises:
            BadTypeError: when it is no Block.
        """
        if not isinstance(block, Node):
            raise BadTypeError(
                f"Only Blocks can be part of {type(self).__name__}, got {block!r}"
                f"{' (a class: call it)' if isinstance(block, type) else ''}."
            )
        self._children[str(len(self._children)) if name is None else name] = block

    def __repr__(self) -> str:
        lines = [f"  ({name}): {_indented(repr(child))}" for name, child in self._children.items()]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"

    def places(self, path: str = "") -> Iterator[tuple[str, Parameter]]:
        """Yield every place in the tree that holds a Parameter, by its structural path.

        A tied Parameter comes once a place.

        Args:
            path: this block's own, put before the others.

        >>> from initlab import nn
        >>> net = nn.Sequential()
        >>> net.add(nn.Dense(2, use_bias=False))
        >>> [path for path, _ in net.places()]
        ['0.weight']
        """
        above = f"{path}." if path else ""
        for name, parameter in self._parameters.items():
            yield above + name, parameter
        for name, child in self._children.items():
            yield from child.places(above + name)

    def apply(self, fn: Callable[[Any], Any]) -> Self:
        """Call `fn` on every block, children first, and return self."""
        for child in self._children.values():
            child.apply(fn)
        fn(self)
        return self


def _named(
    hint: str, prefix: str | None, params: ParameterDict | None
) -> tuple[str, ParameterDict]:
    """Return a new block's prefix and its own, empty ParameterDict, by Gluon's rules."""
    outer = current_scope()
    if not isinstance(outer, Node):
        full = next_name(hint) if prefix is None else prefix
        own = full
        shared = None
    else:
        own = numbered(hint, outer._counters) if prefix is None else prefix  # noqa: SLF001 - its own kind
        full = outer.prefix + own
        own = outer.params.prefix + own
        shared = outer.params.shared
    if params is not None:
        return full, ParameterDict(params.prefix, params)
    return full, ParameterDict(own, shared)


_PARTS = (Node, Parameter)
_NOTED = (*_PARTS, *CONTAINERS)


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
