"""A block: what layers and nets are, a node of the tree with all Parameters below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from initlab import nd
from initlab.init import Initializer, Uniform
from initlab.tree.calling import CalledNode
from initlab.tree.dictionary import ParameterDict
from initlab.tree.hidden import warn_of_hidden
from initlab.tree.node import Node
from initlab.tree.store import fill, stored_arrays
from initlab.tree.summary import summary

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from initlab.tree.parameter import Parameter
    from initlab.tree.store import Stored

__all__ = ["Block"]

_UNIFORM = Uniform(0.07)


class Block(CalledNode):
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

    _children: dict[str, Block]

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
            warn_of_hidden(self, self.__dict__["_containers"], Node)
        own: ParameterDict | dict[str, Parameter] = self.params
        if matches is not None:
            own = {name: parameter for name, parameter in own.items() if matches(name)}
        found.update(own)
        for child in self._children.values():
            child._collect(found, matches)  # noqa: SLF001 - its own kind

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
