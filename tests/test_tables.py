"""A table on a terminal, in a pipe and in a file."""

from __future__ import annotations

import re
from io import StringIO, TextIOWrapper
from tempfile import TemporaryFile

import pytest

from initlab.tables import WIDE, print_table

COLUMNS = ("parameter", "initializer", "std")
ROW = ("hidden.0.attention.query.weight", "x" * 90 + " end", "[red]3[/red]")


class Terminal(StringIO):
    def isatty(self):
        return True


def table(row=ROW, file=None, title=None):
    file = file or StringIO()
    print_table(COLUMNS, [row], title=title, file=file)
    return file.getvalue()


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")


def shown(text):
    return re.sub(r"\x1b\[\d+m", "", text).splitlines()


@pytest.mark.usefixtures("narrow")
def test_a_table_in_a_file_loses_nothing_to_the_width():
    text = table()
    (line,) = [line for line in text.splitlines() if "attention" in line]
    assert line.split() == [ROW[0], "x" * 90, "end", ROW[2]]
    assert len(line) <= WIDE
    assert "\x1b" not in text


@pytest.mark.usefixtures("narrow")
def test_a_table_on_a_terminal_fits_and_keeps_paths_whole():
    text = table(file=Terminal())
    lines = shown(text)
    assert any(ROW[0] in line for line in lines)
    assert text.count("x") == 90
    assert max(map(len, lines)) == 80


@pytest.mark.usefixtures("narrow")
def test_a_table_that_no_folding_makes_fit_loses_nothing():
    wide = ("path." * 20, "y" * 30, "1" * 20)
    text = table(wide, Terminal())
    assert text.count("path.") == 20
    assert text.count("y") == 30
    assert "1" * 20 in text


def test_on_a_terminal_the_head_is_bold_and_the_title_italic():
    title, _, head, *_ = table(file=Terminal(), title="a title").splitlines()
    assert title == "\x1b[3ma title\x1b[0m"
    assert re.fullmatch(r"\x1b\[1m  parameter +initializer +std\x1b\[0m", head)


def test_columns_begin_below_each_other_where_characters_are_wide_or_cells_have_lines():
    rows = [("重み", "a\nb", "1"), ("w", "c", "2")]
    file = StringIO()
    print_table(COLUMNS, rows, file=file)
    lines = [line.replace("重み", "wide") for line in file.getvalue().splitlines()]
    assert [line.split() for line in lines[3:-1]] == [["wide", "a", "1"], ["b"], ["w", "c", "2"]]
    assert len({line.index(letter) for line, letter in zip(lines[3:-1], "abc", strict=True)}) == 1


def test_brackets_in_a_cell_are_no_markup():
    assert "[red]3[/red]" in table()


def test_a_file_that_takes_ascii_alone_gets_a_ruled_table():
    with TemporaryFile("w+b") as raw:
        file = TextIOWrapper(raw, encoding="ascii")
        print_table(COLUMNS, [ROW], file=file)
        file.seek(0)
        assert "----------" in file.read()
