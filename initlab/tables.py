"""Tables on the screen, of as many columns as it has, and in files, of as many as they need.

A start prints one and ends: to import rich and to have it measure each cell would take a fifth of
the time that `catalog` takes.
"""

from __future__ import annotations

import sys
from itertools import zip_longest
from shutil import get_terminal_size
from textwrap import wrap
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import IO

__all__ = ["print_table"]

WIDE = 240  # columns of a table that goes to a file
FOLDED = ("initializer", "why", "options", "package", "what it is", "type", "what it does")
LEAST = 10  # columns that one which is folded keeps
MARGIN, GAP = "  ", "   "
BOLD, ITALIC, PLAIN = "\x1b[1m", "\x1b[3m", "\x1b[0m"


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    title: str | None = None,
    file: IO[str] | None = None,
) -> None:
    """Print a table, on a terminal as wide as that, wide enough to lose nothing elsewhere."""
    file = file or sys.stdout
    terminal = file.isatty()
    bold, italic, plain = (BOLD, ITALIC, PLAIN) if terminal else ("", "", "")
    rows = list(rows)
    widths = _widths(columns, rows, get_terminal_size().columns if terminal else WIDE)
    dash = "─" if (getattr(file, "encoding", None) or "utf-8").lower().startswith("utf") else "-"
    rule = dash * (sum(widths) + len(GAP) * len(widths) + 1)
    if title is not None:
        print(f"{italic}{title}{plain}", file=file)
    head = [f"{bold}{line}{plain}" for line in _lines(columns, widths)]
    body = [line for row in rows for line in _lines(row, widths)]
    print("", *head, f" {rule}", *body, "", sep="\n", file=file)


def _widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return each column's width; where there is no room for all, the widest are folded."""
    widths = [
        max(_width(line) for cell in cells for line in cell.split("\n"))
        for cells in zip(columns, *rows, strict=True)
    ]
    most = max(widths)
    while sum(widths) + len(GAP) * len(widths) + 2 > room and most > LEAST:
        most -= 1
        widths = [
            min(width, most) if column in FOLDED else width
            for column, width in zip(columns, widths, strict=True)
        ]
    return widths


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return len(text) if text.isascii() else sum(1 + (east_asian_width(c) in "WF") for c in text)


def _lines(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Yield the lines of a row, each cell folded into the width of its column."""
    cells = [_folded(cell, width) for cell, width in zip(row, widths, strict=True)]
    for parts in zip_longest(*cells, fillvalue=""):
        padded = (
            part + " " * (width - _width(part)) for part, width in zip(parts, widths, strict=True)
        )
        yield (MARGIN + GAP.join(padded)).rstrip()


def _folded(cell: str, width: int) -> list[str]:
    if _width(cell) <= width and "\n" not in cell:
        return [cell]
    return [part for line in cell.split("\n") for part in wrap(line, width) or [""]]
