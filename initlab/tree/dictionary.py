"""Parameters by name, in order, with the prefix that their names share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from initlab.errors import BadValueError, NameTakenError, UnknownNameError
from initlab.tree.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from initlab.init import Initializer

__all__ = ["ParameterDict"]

_OWNERS = frozenset({"role", "in_axes", "out_axes", "batch_axes", "groups"})
"""What the first block says of a Parameter for its draw; those that share it take it as it is."""


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

    def keys(self) -> Any:
        """Return the full names."""
        return self._params.keys()

    def values(self) -> Any:
        """Return the Parameters."""
        return self._params.values()

    def items(self) -> Any:
        """Return pairs of full name and Parameter."""
        return self._params.items()

    def get(self, name: str, **attributes: Any) -> Parameter:
        """Return the Parameter `prefix + name`: an own one, a shared one, or a new one.

        Args:
            name: without the prefix.
            attributes: as for Parameter; on one that exists each must agree, but for its role
                and axes, which are the first block's to say.

        Raises:
            BadValueError: when an attribute disagrees with what is stored.
        """
        full = self.prefix + name
        found = self._find(full)
        if found is None:
            found = self._params[full] = Parameter(full, **attributes)
        else:
            for attribute, wanted in attributes.items():
                if attribute not in _OWNERS:
                    _agree(found, attribute, wanted)
        return found

    def _find(self, full: str) -> Parameter | None:
        if full not in self._params and self.shared is not None:
            found = self.shared._find(full)  # noqa: SLF001 - another of its own kind
            if found is not None:
                self._params[full] = found
        return self._params.get(full)

    def update(self, other: ParameterDict) -> None:
        """Add the Parameters of `other`.

        Raises:
            NameTakenError: when a different Parameter has the same name; nothing is added then.
        """
        for name, parameter in other.items():
            if self._params.get(name, parameter) is not parameter:
                raise NameTakenError(
                    f"Two different Parameters are named {name!r}. Give one of the blocks another "
                    "prefix, or make it inside `with block.name_scope():`."
                )
        self._params.update(other._params)

    def adopt(self, parameter: Parameter) -> None:
        """Add one Parameter under its own name."""
        alone = ParameterDict()
        alone._params[parameter.name] = parameter
        self.update(alone)

    def replace(self, old: Parameter, new: Parameter) -> None:
        """Put `new` in the place of `old`, as tying does."""
        self._params = {
            (new.name if p is old else name): (new if p is old else p)
            for name, p in self._params.items()
        }

    def initialize(
        self,
        init: Initializer | str | None = None,
        ctx: None = None,  # noqa: ARG002 - Gluon's signature; there is one device
        verbose: bool = False,  # noqa: ARG002 - Gluon's signature
        force_reinit: bool = False,
    ) -> None:
        """Initialize each Parameter, `init` being for those that have none of their own."""
        for parameter in self._params.values():
            parameter.initialize(None, init, force_reinit=force_reinit)

    def zero_grad(self) -> None:
        """Set every gradient to zeros."""
        for parameter in self._params.values():
            parameter.zero_grad()

    def setattr(self, name: str, value: Any) -> None:
        """Set an attribute of every Parameter: `params.setattr("grad_req", "null")`."""
        for parameter in self._params.values():
            setattr(parameter, name, value)


def _agree(parameter: Parameter, attribute: str, wanted: Any) -> None:
    """Check one attribute of an existing Parameter, merging shapes and filling None."""
    stored = getattr(parameter, attribute)
    if wanted is None or stored == wanted:
        return
    if attribute == "shape":
        merged = _merged(stored, (wanted,) if isinstance(wanted, int) else tuple(wanted))
        if merged is not None:
            parameter.shape = merged
            return
    elif attribute == "dtype" and np.dtype(stored) == np.dtype(wanted):
        return
    elif stored is None:
        setattr(parameter, attribute, wanted)
        return
    raise BadValueError(
        f"Cannot retrieve Parameter {parameter.name!r} because desired attribute does not match "
        f"with stored for attribute {attribute!r}: desired {wanted!r} vs stored {stored!r}. "
        "Blocks that share a Parameter must agree on it."
    )


def _merged(a: tuple[int, ...] | None, b: tuple[int, ...]) -> tuple[int, ...] | None:
    if a is None:
        return b
    if len(a) != len(b) or any(x and y and x != y for x, y in zip(a, b, strict=True)):
        return None
    return tuple(x or y for x, y in zip(a, b, strict=True))
