"""From a registered class to typed options, and from options in a config to an instance."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from types import NoneType
from typing import TYPE_CHECKING, Any, get_args

import numpy as np
from omegaconf import (
    MISSING,
    BooleanNode,
    DictConfig,
    EnumNode,
    FloatNode,
    IntegerNode,
    OmegaConf,
    StringNode,
)
from omegaconf.errors import OmegaConfBaseException

from initlab.catalog import options
from initlab.errors import BadTypeError, ConfigError, InitlabError, UnknownNameError
from initlab.init import Initializer

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Sequence

    from initlab.catalog import Catalog, Entry, Option

__all__ = ["described", "instance", "known_keys", "mapping", "noting", "schema", "typed"]

NODES: dict[Any, Any] = {bool: BooleanNode, int: IntegerNode, float: FloatNode, str: StringNode}
SIMPLE = tuple(NODES)


def schema(entry: Entry, names: Container[str]) -> DictConfig:
    """Return those options as an OmegaConf node that knows their types and defaults."""
    nodes: dict[Any, Any] = {"name": StringNode(entry.name)}
    nodes |= {o.name: _node(o) for o in options(entry) if o.name in names}
    return DictConfig(nodes, flags={"struct": True})


def described(entry: Entry, leave_out: Sequence[str] = ()) -> DictConfig:
    """Return the schema without the options whose default YAML cannot write, such as objects."""
    plain = [o.name for o in options(entry) if o.required or _is_plain(_default(o))]
    return schema(entry, [name for name in plain if name not in leave_out])


def mapping(node: Any, key: str) -> Mapping[str, Any]:
    """Return `node`, or {} for null.

    Raises:
        BadTypeError: when it is no mapping.
    """
    if node is None:
        return {}
    if not isinstance(node, Mapping):
        raise BadTypeError(f"{key} must be a mapping of names to values, got {node!r}.")
    return node


def known_keys(node: Mapping[str, Any], known: Iterable[str], what: str) -> None:
    """Raise an UnknownNameError, "Unknown WHAT: 'KEY'", for the first key that is not `known`."""
    known = [str(name) for name in known]
    for key in node:
        if key not in known:
            raise UnknownNameError(f"{what}:", str(key), known)


def _node(option: Option) -> Any:
    """Return the default in a node that checks its type, if OmegaConf can, or as it is."""
    default = MISSING if option.required else _default(option)
    value = default if _is_plain(default) else None
    choices = [a for a in get_args(option.type) if a is not NoneType]
    optional = NoneType in get_args(option.type)
    hint = choices[0] if optional and len(choices) == 1 else option.type
    optional = optional or value is None
    whole = hint is float and type(value) is int
    if not (optional or option.required or type(value) is hint or whole):
        return value
    if isinstance(hint, type) and issubclass(hint, Enum):
        return EnumNode(hint, value, is_optional=optional)
    return NODES[hint](value, is_optional=optional) if hint in SIMPLE else value


def _default(option: Option) -> Any:
    """Return the default, a NumPy number as Python's: `gain: float = np.sqrt(2)`."""
    return option.default.item() if isinstance(option.default, np.generic) else option.default


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(_is_plain(item) for item in value)
    if isinstance(value, dict):
        return all(_is_plain(item) for item in value.values())
    return value is None or isinstance(value, (*SIMPLE, Enum))


def typed(
    entry: Entry,
    values: Mapping[str, Any],
    key: str,
    leave_out: Sequence[str] = (),
    beside: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the options in `values`, converted to their declared types, defaults left out.

    Args:
        entry: whose options.
        values: what the config says.
        key: where it stands, for messages.
        leave_out: options that a config has no use for.
        beside: keys that may stand there too and were read already, for messages.

    Raises:
        UnknownNameError: for an option that the entry does not have.
        BadTypeError: for a value of another type, or none of an option's choices.
        ConfigError: when an option without default is missing.
    """
    declared = {o.name: o for o in options(entry) if o.name not in leave_out}
    with noting(key):
        known_keys(values, [*declared, *beside], f"option of {entry.kind} {entry.name!r}")
    others = {name: value for name, value in values.items() if not _fits(value, declared[name])}
    converted = _converted(entry, others, key)
    for option in declared.values():
        if option.required and option.name not in values:
            raise ConfigError(
                f"{entry.kind} {entry.name!r} needs {option.name}: {key}.{option.name}=VALUE."
            )
    return {**values, **converted}


def _fits(value: Any, option: Option) -> bool:
    return type(value) is option.type or value is option.default


def _converted(entry: Entry, values: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return values as OmegaConf converts them: "left" to a Side, 1 to 1.0."""
    if not values:
        return {}
    plan = schema(entry, values)
    for name, value in values.items():
        _assign(plan, name, value, f"{key}.{name}")
    found: Any = OmegaConf.to_container(plan)
    return {name: found[name] for name in values}


def _assign(plan: DictConfig, name: str, value: Any, key: str) -> None:
    try:
        plan[name] = value
    except OmegaConfBaseException as error:
        reason = str(error).partition("\n")[0]
        raise BadTypeError(f"{key}={value!r} has the wrong type: {reason}.") from error


def instance(
    catalog: Catalog,
    kind: str,
    node: Mapping[str, Any] | str,
    key: str,
    beside: Sequence[str] = (),
) -> Any:
    """Return the registered thing that a config node names, made with the node's options.

    Args:
        catalog: where the name is looked up.
        kind: "initializer", "probe", ...
        node: `{name: xavier, magnitude: 2}`, or the name alone.
        key: where it stands, for messages.
        beside: keys that may stand there too and were read already, for messages.

    Raises:
        InitlabError: for an unknown name or option, a wrong type or value; the key is in a note.
    """
    values = {"name": node} if isinstance(node, str) else dict(mapping(node, key))
    name = values.pop("name", None)
    if name is None:
        raise ConfigError(f"{key} has no name: say which {kind} it is, {key}.name=...")
    with noting(key):
        made = catalog.get(kind, str(name))
    entry = catalog.shelf(kind)[str(name)]
    inner = {  # an option that is an initializer itself: {name: icnr, of: {name: normal}}
        option.name: instance(
            catalog, "initializer", values.pop(option.name), f"{key}.{option.name}"
        )
        for option in options(entry)
        if option.type is Initializer and option.name in values
    }
    arguments = typed(entry, values, key, beside=[*beside, *inner]) | inner
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
