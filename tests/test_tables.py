"""A table on a terminal, in a pipe and in a file."""

from __future__ import annotations

from io import StringIO

from rich.console import Console
from rich.text import Text

from initlab.tables import WIDE, print_table

ROW = ("hidden.0.attention.query.weight", "x" * 90 + " end", "[red]3[/red]")


def table(**console):
    out = StringIO()
    print_table(("parameter", "initializer", "std"), [ROW], console=Console(file=out, **console))
    return out.getvalue()


def test_a_table_in_a_file_loses_nothing_to_the_width():
    (line,) = [line for line in table(width=40).splitlines() if "attention" in line]
    assert line.split() == [ROW[0], "x" * 90, "end", ROW[2]]
    assert len(line) <= WIDE


def test_a_table_on_a_terminal_fits_and_keeps_paths_whole():
    text = table(width=80, force_terminal=True, no_color=True)
    lines = [Text.from_ansi(line).plain for line in text.splitlines()]
    assert any(ROW[0] in line for line in lines)
    assert text.count("x") == 90
    assert max(map(len, lines)) == 80


def test_brackets_in_a_cell_are_no_markup():
    assert "[red]3[/red]" in table(width=200)


def test_columns_begin_below_each_other_where_characters_are_wide_or_cells_have_lines():
    out = StringIO()
    rows = [("重み", "a\nb", "1"), ("w", "c", "2")]
    print_table(("parameter", "initializer", "std"), rows, console=Console(file=out))
    lines = [line.replace("重み", "wide") for line in out.getvalue().splitlines()][3:6]
    assert [line.split() for line in lines] == [["wide", "a", "1"], ["b"], ["w", "c", "2"]]
    assert len({line.index(letter) for line, letter in zip(lines, "abc", strict=True)}) == 1
