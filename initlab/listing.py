"""The catalog on the screen: every name with its origin, or one name with its options."""

from __future__ import annotations

import inspect
import re
from enum import Enum
from typing import TYPE_CHECKING, Any

from rich.console import Console

from initlab.catalog import REQUIRED, defaults, options
from initlab.errors import BadValueError, UnknownNameError
from initlab.init import COLUMNS, LAYERS, conventions, layer
from initlab.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.catalog import Catalog, Entry, Option

__all__ = ["print_catalog"]

GROUPS = "groups="


def print_catalog(catalog: Catalog, names: Sequence[str], console: Console | None = None) -> int:
    """Print the whole catalog, one kind of it, or single names; return the exit status 0.

    Raises:
        UnknownNameError: for a word that is neither a kind nor a name.
    """
    console = console or Console()
    if names and names[0] == "conventions":
        _print_conventions(names[1:], console)
        return 0
    kinds = {entry.kind for entry in catalog.entries}
    plural = {f"{kind}s": kind for kind in kinds}
    for name in names or sorted(kinds):
        kind = plural.get(name, name)
        if kind in kinds:
            _print_kind(catalog, kind, console)
        else:
            _print_entries(catalog, name, console)
    for broken in catalog.broken:
        console.print(f"left out, broken: {broken}", markup=False)
    return 0


def _print_conventions(words: Sequence[str], console: Console) -> None:
    """Print, for each kind of layer or for one of a given shape, the frameworks' stds."""
    kind, *rest = words or [""]
    shape = _shape([word for word in rest if not word.startswith(GROUPS)])
    groups = _groups([word for word in rest if word.startswith(GROUPS)])
    for name in [kind] if kind else LAYERS:
        spec = layer(name, shape, groups)
        found = conventions(spec)
        rows = [(row.meant, *(_number(row.stds[column]) for column in COLUMNS)) for row in found]
        sizes = " x ".join(map(str, spec.shape))
        if spec.groups > 1:
            sizes += f", {spec.groups} groups"
        title = f"{name} {sizes}: fan_in {spec.fan_in}, fan_out {spec.fan_out}; std of the weights"
        print_table(("meant", *COLUMNS), rows, console=console, title=title)
        for row in found:
            if row.why:
                console.print(f"{row.meant}: {row.why}.", markup=False, highlight=False)
        console.print()


def _shape(words: Sequence[str]) -> tuple[int, ...] | None:
    sizes = "x".join(words).split("x") if words else []
    if not all(size.isdecimal() for size in sizes):
        raise BadValueError(
            f"A shape is sizes joined by x, got {' '.join(words)!r}: "
            "catalog conventions convolution 64x32x3x3."
        )
    return tuple(map(int, sizes)) or None


def _groups(words: Sequence[str]) -> int | None:
    """Return the number in groups=NUMBER, None without one."""
    if not words:
        return None
    number = words[-1].removeprefix(GROUPS)
    if not (number.isdecimal() and int(number)):
        raise BadValueError(f"{words[-1]}: the number of groups is a whole one, 1 or more.")
    return int(number)


def _number(std: float | None) -> str:
    return "-" if std is None else f"{std:.4g}"


def _print_kind(catalog: Catalog, kind: str, console: Console) -> None:
    rows = [
        (entry.name, _options(entry), entry.origin, entry.summary)
        for entry in catalog.shelf(kind).values()
    ]
    title = f"{kind.replace('_', ' ')}s"
    print_table(("name", "options", "package", "what it is"), rows, console=console, title=title)


def _options(entry: Entry) -> str:
    return ", ".join(
        name if default is REQUIRED else f"{name}={default}"
        for name, default in defaults(entry).items()
    )


def _print_entries(catalog: Catalog, name: str, console: Console) -> None:
    found = [entry for entry in catalog.entries if entry.name == name]
    if not found:
        error = UnknownNameError("name", name, {entry.name for entry in catalog.entries})
        error.add_note("All of them: python -m initlab catalog")
        raise error
    for entry in found:
        console.print(f"{entry.kind} {entry.name} ({entry.origin})\n", markup=False)
        console.print(_text(entry), markup=False, highlight=False, soft_wrap=True)
        rows = [(o.name, _type(o.type), _default(o), o.doc) for o in options(entry)]
        if rows:
            print_table(("option", "type", "default", "what it does"), rows, console=console)


def _text(entry: Entry) -> str:
    """Return the docstring without its Args section, which the table of options tells."""
    before, _, rest = (inspect.getdoc(entry.cls) or "").partition("\nArgs:\n")
    after = rest.partition("\n\n")[2]
    return f"{before}\n{after}".rstrip()


def _type(hint: Any) -> str:
    """Return a type as one would say it: an enumeration by its choices, a class by its name."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return " | ".join(member.name for member in hint)
    return re.sub(r"(\w+\.)+", "", inspect.formatannotation(hint))


def _default(option: Option) -> str:
    return "(required)" if option.required else str(option.default)
