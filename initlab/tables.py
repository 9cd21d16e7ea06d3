"""Tables on the screen, of as many columns as it has, and in files, of as many as they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import ConsoleOptions

__all__ = ["print_table"]

WIDE = 240  # columns of a table that goes to a file
FOLDED = ("initializer", "why", "options", "package", "what it is", "type", "what it does")
GAP = 2  # columns between cells, beside the box's own
LEAST = 10  # columns that a folded text keeps


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
    table = Table(
        title=heading, title_justify="left", header_style="bold", box=SIMPLE_HEAD, padding=0
    )
    for column in columns:
        table.add_column(_Cell(column), overflow="fold", no_wrap=column not in FOLDED)
    for row in rows:
        table.add_row(*map(_Cell, row))
    console.print(table, highlight=False)


class _Cell:
    """A text with the gap to the next: where it fits on its line, rich has nothing to lay out."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.width = max(map(cell_len, text.split("\n"))) + GAP

    def __rich_measure__(self, _console: Console, _options: ConsoleOptions) -> Measurement:
        return Measurement(min(self.width, LEAST + GAP), self.width)

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[Segment | Text]:
        if self.width <= options.max_width and "\n" not in self.text:
            yield Segment(self.text)
        else:
            inside = options.update(width=options.max_width - GAP, overflow="fold", no_wrap=False)
            yield from console.render(Text(self.text), inside)
