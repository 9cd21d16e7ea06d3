"""A block: a node of the model tree, which is made of its attributes."""

from __future__ import annotations

import re
import warnings
from contextlib import nullcontext
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Self

from initlab import nd
from initlab.autograd import pause
from initlab.errors import BadTypeError, NameTakenError, ShapeError
from initlab.init import Initializer, Uniform
from initlab.tree.dictionary import ParameterDict
from initlab.tree.hooks import HookHandle
from initlab.tree.names import Inside, NameScope, current_scope, next_name
from initlab.tree.parameter import Parameter
from initlab.tree.shapes import only_shapes
from initlab.tree.store import fill, stored_arrays
from initlab.tree.summary import summary
from initlab.tree.trace import trace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from initlab.tree.store import Stored

__all__ = ["Block"]

_UNIFORM = Uniform(0.07)


class Block:
    """The base of all layers and nets.

    A Block or Parameter that is assigned to an attribute becomes part of the tree under the
    attribute's name. A layer gets its parameters from `self.params.get`, writes `forward`, and
    `infer_shape` where shapes follow from the first input.

    Args:
        prefix: of the names; made from the class's name and a counter if None.
        params: another block's `params`, to share its Parameters.

    >>> class Scale(Block):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.factor = self.params.get("factor", shape=(1,), init="ones", role="gain")
    ...     def forward(self, x):
    ...         return x * self.factor.data()
    """

    transparent: ClassVar[bool] = False
    """Whether it only passes on what its children return; a summary leaves it out then."""

    adds: ClassVar[bool] = False
    """Whether it adds what its children compute to its input: a residual branch."""

    prefix: str
    params: ParameterDict
    _children: dict[str, Block]
    _parameters: dict[str, Parameter]
    _before: list[Callable[..., Any]]
    _after: list[Callable[..., Any]]
    _settled: bool
    _scope: NameScope
    _empty_prefix: bool

    def __init__(self, prefix: str | None = None, params: ParameterDict | None = None) -> None:
        full, own = _named(self._hint(), prefix, params)
        vars(self).update(  # at once: these are no part of the tree, and nets have many blocks
            prefix=full,
            params=own,
            _children={},
            _parameters={},
            _before=[],
            _after=[],
            _settled=False,
            _scope=NameScope(),
            _empty_prefix=prefix == "",
        )

    def _hint(self) -> str:
        return type(self).__name__.lower()

    @property
    def name(self) -> str:
        """The prefix without its last underscore."""
        return self.prefix.removesuffix("_")

    @property
    def children(self) -> Mapping[str, Block]:
        """The sub-blocks by the name of their attribute."""
        return MappingProxyType(self._children)

    @property
    def own_parameters(self) -> Mapping[str, Parameter]:
        """The block's own Parameters by the name of their attribute."""
        return MappingProxyType(self._parameters)

    def name_scope(self) -> AbstractContextManager[None]:
        """Let blocks made within carry this block's prefix."""
        return nullcontext() if self._empty_prefix else Inside(self)

    # ---- the tree
    def __setattr__(self, name: str, value: Any) -> None:
        before = self.__dict__.get(name)
        if isinstance(before, _PARTS) and not isinstance(value, type(before)):
            raise BadTypeError(
                f"{type(self).__name__}.{name} is a {type(before).__name__} and cannot become a "
                f"{type(value).__name__}: {value!r}."
            )
        if isinstance(value, Block):
            self.register_child(value, name)
        elif isinstance(value, Parameter):
            self._register(value, name)
        elif isinstance(value, _CONTAINERS):
            self.__dict__.setdefault("_containers", {})[name] = None  # may come to hold Blocks
        super().__setattr__(name, value)

    def _register(self, parameter: Parameter, name: str) -> None:
        if self._parameters.get(name, parameter) is not parameter:
            raise NameTakenError(
                f"{type(self).__name__}.{name} is already a Parameter. To share one, pass "
                "params=, or use initlab.tree.tie."
            )
        self.params.adopt(parameter)
        self._parameters[name] = parameter
        self._settled = False

    def register_child(self, block: Block, name: str | None = None) -> None:
        """Make `block` part of the tree, by default under the next number.

        Raises:
            BadTypeError: when it is no Block.
        """
        if not isinstance(block, Block):
            raise BadTypeError(
                f"Only Blocks can be part of {type(self).__name__}, got {block!r}"
                f"{' (a class: call it)' if isinstance(block, type) else ''}."
            )
        self._children[str(len(self._children)) if name is None else name] = block

    def __repr__(self) -> str:
        lines = [f"  ({name}): {_indented(repr(child))}" for name, child in self._children.items()]
        return f"{type(self).__name__}(\n" + "\n".join(lines) + "\n)"

    # ---- parameters
    def collect_params(self, select: str | None = None) -> ParameterDict:
        """Return the Parameters of the whole tree, each once, by name.

        Args:
            select: a regular expression that names must match from their start.

        Raises:
            re.error: when it is none.
            NameTakenError: when two different Parameters that match have one name.
        """
        found = ParameterDict(self.params.prefix)
        self._collect(found, re.compile(select).match if select else None)
        return found

    def _collect(self, found: ParameterDict, matches: Callable[[str], Any] | None) -> None:
        if "_containers" in self.__dict__:
            self._warn_of_hidden_blocks()
        own: ParameterDict | dict[str, Parameter] = self.params
        if matches is not None:
            own = {name: parameter for name, parameter in own.items() if matches(name)}
        found.update(own)
        for child in self._children.values():
            child._collect(found, matches)  # noqa: SLF001 - its own kind

    def _warn_of_hidden_blocks(self) -> None:
        for name in self.__dict__["_containers"]:
            value, registered = self.__dict__.get(name), map(id, self._children.values())
            if not {id(block) for block in _contained(value)} <= {*registered}:
                warnings.warn(
                    f"{type(self).__name__}.{name} is a {type(value).__name__} with Blocks in it, "
                    "which are not collected: use nn.Sequential or register_child.",
                    stacklevel=4,
                )

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

    def initialize(
        self,
        init: Initializer | str = _UNIFORM,
        ctx: Any = None,
        verbose: bool = False,
        force_reinit: bool = False,
    ) -> None:
        """Draw all Parameters, those of unknown shape at the first forward pass.

        Args:
            init: for Parameters that have no initializer of their own; an Initializer or what
                `initlab.init.create` takes.
            ctx: Gluon's; there is one device.
            verbose: log each draw, of this call only, to the logger "initlab".
            force_reinit: draw again where there are data.
        """
        self.collect_params().initialize(init, ctx, verbose, force_reinit)

    def cast(self, dtype: Any) -> None:
        """Convert all Parameters to another precision."""
        for child in self._children.values():
            child.cast(dtype)
        for parameter in self.params.values():
            parameter.cast(dtype)

    def apply(self, fn: Callable[[Block], Any]) -> Self:
        """Call `fn` on every block, children first, and return self."""
        for child in self._children.values():
            child.apply(fn)
        fn(self)
        return self

    def hybridize(self, active: bool = True, **options: Any) -> None:
        """Do nothing: it is Gluon's, and a Block always runs as it is written."""

    def summary(self, *inputs: Any) -> None:
        """Print what each layer returns for `inputs` and how many parameters it has.

        Raises:
            NotInitializedError: before `initialize`.
        """
        summary(self, inputs)

    # ---- in files
    def save_parameters(self, filename: str | Path, deduplicate: bool = False) -> None:
        """Write all data by structural path, as safetensors.

        Args:
            filename: where.
            deduplicate: write a tied Parameter once, under the first of its paths, with the
                others as metadata; else it stands under each.

        Raises:
            NotInitializedError: when a Parameter has no data.
        """
        first: dict[int, str] = {}
        arrays, aliases = {}, {}
        for path, parameter in self.places():
            if first.setdefault(id(parameter), path) == path or not deduplicate:
                arrays[path] = parameter.data()
            else:
                aliases[path] = first[id(parameter)]
        nd.save(filename, arrays, aliases)

    def load_parameters(
        self,
        filename: Stored,
        ctx: Any = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Read data by structural path; no `initialize` is needed.

        Nothing is written if the file does not fit. A file of `ParameterDict.save`, by names
        without this block's prefix, is read too.

        Args:
            filename: what `save_parameters` wrote; or arrays by path or name, read from a file of
                another format.
            ctx: Gluon's; there is one device.
            allow_missing: leave Parameters that the file lacks as they are.
            ignore_extra: leave out what the file has and the net has not.
            cast_dtype: accept another precision.
            dtype_source: whose precision stays then, that of the "current" Parameter or the
                "saved" one.

        Raises:
            DataError: when the file is missing or no safetensors.
            BadValueError: for a path that only one of the two has, another precision.
            ShapeError: for another shape.
        """
        targets = dict(self.places())
        arrays = stored_arrays(filename, aliases=True)
        by_name = not any("." in path or path in targets for path in arrays)
        if arrays and by_name:
            self.collect_params().load(
                filename, ctx, allow_missing, ignore_extra, self.prefix, cast_dtype, dtype_source
            )
        else:
            fill(targets, arrays, filename, allow_missing, ignore_extra, cast_dtype, dtype_source)

    # ---- calling
    def register_forward_pre_hook(self, hook: Callable[[Block, Any], Any]) -> HookHandle:
        """Have `hook(block, inputs)` called before each forward pass."""
        return HookHandle(self._before, hook)

    def register_forward_hook(self, hook: Callable[[Block, Any, Any], Any]) -> HookHandle:
        """Have `hook(block, inputs, output)` called after each forward pass."""
        return HookHandle(self._after, hook)

    def __call__(self, *args: Any) -> Any:
        """Run the forward pass, after the first one has settled what was deferred.

        Raises:
            ShapeError: when the input does not fit; notes show the layer and its path.
            BadTypeError: when it is no array.
        """
        if self._before:
            for hook in tuple(self._before):
                hook(self, args)
        try:
            if not self._settled:
                self._settle(args)
            out = self.forward(*args)
        except ShapeError as error:
            trace(error, self)
            raise
        except AttributeError as error:
            if any(error.obj is arg for arg in args):
                raise BadTypeError(
                    f"{self.name} takes arrays, got {error.obj!r}: write nd.array(...)."
                ) from error
            raise
        if self._after:
            for hook in tuple(self._after):
                hook(self, args, out)
        return out

    def forward(self, *args: Any) -> Any:
        """Compute the output; every Block that is called has its own."""
        raise NotImplementedError(f"{type(self).__name__} is a Block without forward().")

    def infer_shape(self, *args: Any) -> None:
        """Set the unknown shapes of own Parameters from the first input."""

    def _settle(self, args: tuple[Any, ...]) -> None:
        own = self._parameters.values()
        unknown = [parameter for parameter in own if not parameter.known]
        if unknown and type(self).infer_shape is not Block.infer_shape:
            for parameter in unknown:
                parameter.require_initialized()
            self.infer_shape(*args)
        if only_shapes():
            return
        with pause():
            for parameter in own:
                parameter.settle()
        self._settled = all(parameter.settled for parameter in own)


def _named(
    hint: str, prefix: str | None, params: ParameterDict | None
) -> tuple[str, ParameterDict]:
    """Return a new block's prefix and its own, empty ParameterDict, by Gluon's rules."""
    outer = current_scope()
    if not isinstance(outer, Block):
        full = next_name(hint) if prefix is None else prefix
        own = full
        shared = None
    else:
        own = outer._scope.next(hint) if prefix is None else prefix  # noqa: SLF001 - its own kind
        full = outer.prefix + own
        own = outer.params.prefix + own
        shared = outer.params.shared
    if params is not None:
        return full, ParameterDict(params.prefix, params)
    return full, ParameterDict(own, shared)


def _contained(value: Any) -> Iterator[Block]:
    """Yield the Blocks in a list, tuple or dict, however deep."""
    if isinstance(value, _CONTAINERS):
        for item in value.values() if isinstance(value, dict) else value:
            if isinstance(item, Block):
                yield item
            else:
                yield from _contained(item)


_PARTS, _CONTAINERS = (Block, Parameter), (list, tuple, dict)


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")
