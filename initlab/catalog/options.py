"""The options of an entry, read from the one place that declares them: its constructor."""

from __future__ import annotations

import inspect
import re
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, get_type_hints

if TYPE_CHECKING:
    from initlab.catalog.entry import Entry

__all__ = ["REQUIRED", "Option", "defaults", "options"]

REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True)
class Option:
    """One argument of a registered class.

    Args:
        name: the keyword.
        type: its annotation, resolved; Any where there is none.
        default: the value it has when not given; `REQUIRED` when it must be.
        doc: its line in the docstring's Args section.
    """

    name: str
    type: Any
    default: Any = REQUIRED
    doc: str = ""

    @property
    def required(self) -> bool:
        """Whether it has no default."""
        return self.default is REQUIRED


def options(entry: Entry) -> list[Option]:
    """Return the options of a registered class or preset, in the order of its signature.

    >>> from initlab.catalog import load_catalog
    >>> [(o.name, o.default) for o in options(load_catalog().calibrators["lsuv"])]
    [('tolerance', 0.1), ('iterations', 10)]
    """
    hints, docs = _hints(entry.cls), _docs(entry.cls)
    return [
        Option(name, hints.get(name, Any), default, docs.get(name, ""))
        for name, default in defaults(entry).items()
    ]


def defaults(entry: Entry) -> dict[str, Any]:
    """Return the options' names and defaults alone: a listing of everything needs no types.

    >>> from initlab.catalog import load_catalog
    >>> defaults(load_catalog().initializers["he"])["scale"]
    2.0
    """
    cls = entry.cls
    declared = _fields(cls) if is_dataclass(cls) else _arguments(cls)
    if entry.value is cls:
        return declared
    return {name: getattr(entry.value, name, default) for name, default in declared.items()}


def _fields(cls: Any) -> dict[str, Any]:
    """Return a dataclass's constructor arguments and defaults."""
    defaults = {}
    for field in fields(cls):
        if field.init:
            made = REQUIRED if field.default_factory is MISSING else field.default_factory()
            defaults[field.name] = made if field.default is MISSING else field.default
    return defaults


def _arguments(cls: type) -> dict[str, Any]:
    """Return any other class's constructor arguments and defaults; those with stars are none."""
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(cls).parameters.values()
    return {p.name: p.default for p in parameters if p.kind in named}


@cache
def _hints(cls: Any) -> dict[str, Any]:
    """Return resolved annotations; none where a name in them exists for type checkers only."""
    try:
        return get_type_hints(cls if is_dataclass(cls) else cls.__init__)
    except NameError:
        return {}


@cache
def _docs(cls: type) -> dict[str, str]:
    """Return the entries of the Args sections of the class and its bases, each on one line."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        _, _, section = inspect.cleandoc(base.__doc__ or "").partition("\nArgs:\n")
        section = re.split(r"\n(?=\S)|\n\n", section)[0]
        items = re.split(r"^ {4}(\w+)(?: \(.*?\))?: ", section, flags=re.MULTILINE)[1:]
        pairs = zip(items[::2], items[1::2], strict=True)
        found |= {name: " ".join(text.split()) for name, text in pairs}
    return found
