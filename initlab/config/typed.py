"""From a registered class to typed options, and from options in a config to an instance."""

from __future__ import annotations

from dataclasses import field, make_dataclass
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, Optional, get_args

from omegaconf import MISSING, DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from initlab.catalog import options
from initlab.errors import BadTypeError, ConfigError, InitlabError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from initlab.catalog import Catalog, Entry

__all__ = ["instance", "noting", "schema", "typed"]

SIMPLE = (bool, int, float, str)


def schema(entry: Entry, leave_out: Sequence[str] = ()) -> DictConfig:
    """Return the entry's options as an OmegaConf node that knows their types and defaults."""
    declared = [o for o in options(entry) if o.name not in leave_out]
    fields = [("name", str, field(default=entry.name))]
    for option in declared:
        default = MISSING if option.required else option.default
        fields.append((option.name, _type(option.type), _field(default)))
    return OmegaConf.structured(make_dataclass(entry.cls.__name__, fields))


def _type(hint: Any) -> Any:
    """Return the type if OmegaConf can check it, else Any."""
    arguments = [a for a in get_args(hint) if a is not NoneType]
    if len(arguments) == 1 and NoneType in get_args(hint):
        inner = _type(arguments[0])
        return Any if inner is Any else Optional[inner]  # noqa: UP045 - made at run time
    simple = isinstance(hint, type) and (hint in SIMPLE or issubclass(hint, Enum))
    return hint if simple else Any


def _field(default: Any) -> Any:
    if isinstance(default, list | dict):
        return field(default_factory=lambda: default)
    plain = default is None or isinstance(default, SIMPLE) or default is MISSING
    return field(default=default if plain else None)


def typed(entry: Entry, values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the options in `values`, converted to their declared types, defaults left out.

    Raises:
        UnknownNameError: for an option that the entry does not have.
        BadTypeError: for a value of another type.
        ConfigError: when an option without default is missing.
    """
    known = [option.name for option in options(entry)]
    for name in values:
        if name not in known:
            error = UnknownNameError(f"option of {entry.kind} {entry.name!r}:", name, known)
            error.add_note(f"in {key}")
            raise error
    plan = schema(entry)
    converted = {}
    for name, value in values.items():
        try:
            plan[name] = value
            converted[name] = OmegaConf.to_container(plan)[name]  # type: ignore[index,call-overload]
        except OmegaConfBaseException as error:
            reason = str(error).partition("\n")[0]
            refused = BadTypeError(f"{key}.{name}={value!r} has the wrong type: {reason}.")
            raise refused from error
    for option in options(entry):
        if option.required and option.name not in values:
            raise ConfigError(f"{entry.kind} {entry.name!r} needs {option.name}: {key}.{option.name}=...")
    return converted


def instance(catalog: Catalog, kind: str, node: Mapping[str, Any] | str, key: str) -> Any:
    """Return the registered thing that a config node names, made with the node's options.

    Args:
        catalog: where the name is looked up.
        kind: "initializer", "probe", ...
        node: `{name: xavier, magnitude: 2}`, or the name alone.
        key: where it stands, for messages.

    Raises:
        InitlabError: for an unknown name or option, a wrong type or value; the key is in a note.
    """
    values = {"name": node} if isinstance(node, str) else dict(node or {})
    name = values.pop("name", None)
    if name is None:
        raise ConfigError(f"{key} has no name: say which {kind} it is, {key}.name=...")
    with noting(key):
        made = catalog.get(kind, str(name))
    entry = catalog.shelf(kind)[str(name)]
    arguments = typed(entry, values, key)
    if not isinstance(made, type):
        arguments = {o.name: o.default for o in options(entry)} | arguments
    with noting(key):
        return entry.cls(**arguments)


class noting:  # noqa: N801 - reads as a statement
    """Adds "in KEY" to what goes wrong inside."""

    def __init__(self, key: str) -> None:
        self.key = key

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, InitlabError):
            error.add_note(f"in {self.key}")
