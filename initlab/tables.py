"""Tables on the screen, of as many columns as it has, and in files, of as many as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["print_table"]

WIDE = 240  # columns of a table that goes to a file
FOLDED = ("initializer", "why", "options", "package", "what it is", "type", "what it does")


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    console: Console | None = None,
    title: str | None = None,
) -> None:
    """Print a table: boxed on a terminal, wide enough to lose nothing elsewhere."""
    console = console or Console()
    if not console.is_terminal:  # a file or pipe has no width to fit into
        console = Console(file=console.file, width=WIDE)
    heading = None if title is None else Text(title, "table.title")
    table = Table(title=heading, title_justify="left", header_style="bold", box=SIMPLE_HEAD)
    for column in columns:
        table.add_column(Text(column), overflow="fold", no_wrap=column not in FOLDED)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table, highlight=False)
