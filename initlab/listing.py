"""The catalog on the screen: every name with its origin, or one name with its options."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from rich.console import Console

from initlab.catalog import options
from initlab.errors import UnknownNameError
from initlab.screen import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from initlab.catalog import Catalog, Entry

__all__ = ["print_catalog"]


def print_catalog(catalog: Catalog, names: Sequence[str], console: Console | None = None) -> int:
    """Print the whole catalog, one kind of it, or single names; return the exit status 0.

    Raises:
        UnknownNameError: for a word that is neither a kind nor a name.
    """
    console = console or Console()
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


def _print_kind(catalog: Catalog, kind: str, console: Console) -> None:
    rows = [
        (entry.name, _options(entry), entry.origin, entry.summary)
        for entry in catalog.shelf(kind).values()
    ]
    title = f"{kind.replace('_', ' ')}s"
    print_table(("name", "options", "package", "what it is"), rows, console=console, title=title)


def _options(entry: Entry) -> str:
    return ", ".join(f"{option.name}={option.default}" for option in options(entry))


def _print_entries(catalog: Catalog, name: str, console: Console) -> None:
    found = [entry for entry in catalog.entries if entry.name == name]
    if not found:
        raise UnknownNameError("name", name, {entry.name for entry in catalog.entries})
    for entry in found:
        console.print(f"{entry.kind} {entry.name} ({entry.origin})\n", markup=False)
        console.print(inspect.getdoc(entry.cls) or "", markup=False, highlight=False)
        rows = [(option.name, str(option.type), str(option.default)) for option in options(entry)]
        if rows:
            print_table(("option", "type", "default"), rows, console=console)
