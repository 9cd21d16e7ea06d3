"""Parameters by name, in order, with the prefix that their names share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab import nd
from initlab.errors import BadValueError, NameTakenError, UnknownNameError
from initlab.init import Initializer, Uniform, create
from initlab.tree.agreement import agree, require_attribute
from initlab.tree.buffer import gather
from initlab.tree.constant import Constant
from initlab.tree.drawing import carry_out
from initlab.tree.parameter import Parameter
from initlab.tree.store import fill, stored_arrays

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, KeysView, Mapping, ValuesView
    from pathlib import Path

    from numpy.typing import ArrayLike

    from initlab.tree.store import Stored

__all__ = ["ParameterDict"]

_UNIFORM = Uniform(0.07)


class ParameterDict:
    """What a block's `params` and `collect_params()` are.

    Args:
        prefix: put before every name that `get` is asked for.
        shared: where `get` looks before it makes a new Parameter: that ties.
    """

    def __init__(self, prefix: str = "", shared: ParameterDict | None = None) -> None:
        self.prefix = prefix
        self.shared = shared
        self._params: dict[str, Parameter] = {}

    def __repr__(self) -> str:
        lines = "\n".join(f"  {parameter!r}" for parameter in self._params.values())
        return f"{self.prefix} (\n{lines}\n)" if self.prefix else f"(\n{lines}\n)"

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)

    def __bool__(self) -> bool:
        return True

    def __contains__(self, name: object) -> bool:
        return name in self._params

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._params:
            raise UnknownNameError("parameter", name, self._params)
        return self._params[name]

    def keys(self) -> KeysView[str]:
        """Return the full names."""
        return self._params.keys()

    def values(self) -> ValuesView[Parameter]:
        """Return the Parameters."""
        return self._params.values()

    def items(self) -> ItemsView[str, Parameter]:
        """Return pairs of full name and Parameter."""
        return self._params.items()

    def get(self, name: str, **attributes: Any) -> Parameter:
        """Return the Parameter `prefix + name`: an own one, a shared one, or a new one.

        Args:
            name: without the prefix.
            attributes: as for Parameter; on one that exists each must agree, but for its role
                and axes and the like, which are the first block's to say.

        Raises:
            BadValueError: when an attribute disagrees with what is stored.
            BadTypeError: for an attribute that no Parameter has.
        """
        full = self.prefix + name
        found = self._find(full)
        if found is None:
            found = self._params[full] = Parameter(full, **attributes)
        else:
            for attribute, wanted in attributes.items():
                agree(found, attribute, wanted)
        return found

    def get_constant(self, name: str, value: ArrayLike | None = None) -> Constant:
        """Return the Constant `prefix + name`: an own one, a shared one, or a new one.

        Raises:
            UnknownNameError: when there is none and no value is given.
            BadValueError: when there is one of another value, or a Parameter that is none.
        """
        full = self.prefix + name
        found = self._find(full)
        if found is None:
            if value is None:
                raise UnknownNameError("constant", full, self._params)
            found = self._params[full] = Constant(full, value)
        if not isinstance(found, Constant):
            raise BadValueError(f"Parameter {full!r} already exists but it is not a constant.")
        if value is not None and not np.array_equal(found.value.array, nd.array(value).array):
            raise BadValueError(
                f"Constant {full!r} already exists but its value doesn't match the new one. "
                "Change it with set_data, or give this one another name."
            )
        return found

    def _find(self, full: str) -> Parameter | None:
        """Return an own Parameter or a shared one, which becomes an own one."""
        place: ParameterDict | None = self
        while place is not None:
            if (found := place._params.get(full)) is not None:  # noqa: SLF001 - its own kind
                return self._params.setdefault(full, found)
            place = place.shared
        return None

    def update(self, other: ParameterDict | Mapping[str, Parameter]) -> None:
        """Add the Parameters of `other`.

        Raises:
            NameTakenError: when a different Parameter has the same name; nothing is added then.
        """
        mine = self._params
        theirs = other._params if isinstance(other, ParameterDict) else other  # noqa: SLF001 - its own kind
        for name, parameter in theirs.items():
            if mine.get(name, parameter) is not parameter:
                raise NameTakenError(
                    f"Two different Parameters are named {name!r}. Give one of the blocks another "
                    "prefix, or make it inside `with block.name_scope():`."
                )
        mine.update(theirs)

    def adopt(self, parameter: Parameter) -> None:
        """Add one Parameter under its own name."""
        if self._params.get(parameter.name) is not parameter:
            self.update({parameter.name: parameter})

    def replace(self, old: Parameter, new: Parameter) -> None:
        """Put `new` in the place of `old`, as tying does."""
        self._params = {
            (new.name if p is old else name): (new if p is old else p)
            for name, p in self._params.items()
        }

    def initialize(
        self,
        init: Initializer | str = _UNIFORM,
        ctx: Any = None,  # noqa: ARG002 - Gluon's signature; there is one device
        verbose: bool = False,
        force_reinit: bool = False,
    ) -> None:
        """Initialize each Parameter, `init` being for those that have none of their own.

        Args:
            init: an Initializer or what `initlab.init.create` takes.
            ctx: Gluon's; there is one device.
            verbose: log each draw, of this call only, to the logger "initlab".
            force_reinit: draw again where there are data.
        """
        default = create(init)
        if all(parameter.known for parameter in self._params.values()):
            gather(self._params.values())  # else all together once all are known
        prepared = [
            parameter.prepare(None, default, force_reinit, verbose=verbose)
            for parameter in {id(p): p for p in self._params.values()}.values()
        ]
        carry_out([draw for draw in prepared if draw is not None])

    def zero_grad(self) -> None:
        """Set every gradient to zeros."""
        for parameter in self._params.values():
            parameter.zero_grad()

    def setattr(self, name: str, value: Any) -> None:
        """Set an attribute of every Parameter: `params.setattr("grad_req", "null")`.

        Raises:
            BadTypeError: for an attribute that no Parameter has.
        """
        for parameter in self._params.values():
            require_attribute(parameter, name)
            setattr(parameter, name, value)

    # ---- in files
    def save(self, filename: str | Path, strip_prefix: str = "") -> None:
        """Write all data by name, without the prefix.

        Raises:
            BadValueError: when a name does not start with it.
            NotInitializedError: when a Parameter has no data.
        """
        for name in self._params:
            _require_prefix("strip_prefix", strip_prefix, name)
        nd.save(filename, {n.removeprefix(strip_prefix): p.data() for n, p in self._params.items()})

    def load(
        self,
        filename: Stored,
        ctx: Any = None,  # noqa: ARG002 - Gluon's signature; there is one device
        allow_missing: bool = False,
        ignore_extra: bool = False,
        restore_prefix: str = "",
        cast_dtype: bool = False,
        dtype_source: str = "current",
    ) -> None:
        """Read data by name; no `initialize` is needed, and nothing is written if it does not fit.

        Args:
            filename: what `save` wrote; or arrays by name, read from a file of another format.
            ctx: Gluon's; there is one device.
            allow_missing: leave Parameters that the file lacks as they are.
            ignore_extra: leave out what the file has and this has not.
            restore_prefix: put before the file's names.
            cast_dtype: accept another precision.
            dtype_source: whose precision stays then, that of the "current" Parameter or the
                "saved" one.

        Raises:
            DataError: when the file is missing or no safetensors.
            BadValueError: for a name that only one of the two has, another precision.
            ShapeError: for another shape.
        """
        for name in self._params:
            _require_prefix("restore_prefix", restore_prefix, name)
        arrays = {
            restore_prefix + name.removeprefix("arg:").removeprefix("aux:"): array
            for name, array in stored_arrays(filename).items()
        }
        fill(self._params, arrays, filename, allow_missing, ignore_extra, cast_dtype, dtype_source)


def _require_prefix(argument: str, prefix: str, name: str) -> None:
    if not name.startswith(prefix):
        raise BadValueError(
            f"{argument} is {prefix!r}, but Parameter {name!r} does not start with it: it is "
            "another block's, shared, or its block was made outside `with net.name_scope():`."
        )
