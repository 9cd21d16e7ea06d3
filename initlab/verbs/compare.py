"""`compare`: the runs of a sweep side by side."""

from __future__ import annotations

from pathlib import Path

from initlab.compare import make_board, make_page, select
from initlab.recall import open_past
from initlab.tables import print_table
from initlab.verbs.loading import load
from initlab.verbs.writing import writing
from initlab.words import take_number, take_options

__all__ = ["compare"]


def compare(arguments: list[str], plugins: list[str]) -> int:
    """Print who is better, and how surely; with pictures behind `--html`."""
    options, rest = take_options(arguments, ("--html", "--metric", "--below"))
    below = take_number(options, "--below")
    places = [argument for argument in rest if argument.startswith("tracking.")]
    catalog = load(plugins)
    past = open_past(places, catalog)
    selection = select(past, [argument for argument in rest if argument not in places])
    board = make_board(past, selection, options.get("--metric"), below)
    print_table(*board.table(selection), title=selection.name)
    print(*selection.told(), *board.notes(), sep="\n")
    if "--html" in options:
        page, file = make_page(past, selection, board, catalog), Path(options["--html"])
        with writing(file):
            file.write_text(page, encoding="utf-8")
        print(f"With pictures: {file}")
    return 0
