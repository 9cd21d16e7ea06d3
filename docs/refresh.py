"""Run a page's Python blocks and write under each what it prints; pictures land beside it.

    python docs/refresh.py docs/parameter-management.md

The blocks of a page share their names, as for a reader who types them in order. A text block right
under a Python block is what that one prints; tests/docs compares the two.
"""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from initlab.nd import random
from initlab.tree import fresh_names

if TYPE_CHECKING:
    from collections.abc import Iterator

LISTING = re.compile(
    r"^```python\n(.*?)^```\n(?:\n?```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL
)


def typed(text: str) -> Iterator[tuple[re.Match[str], str]]:
    """Run a page's blocks in the working directory; yield each and what it prints."""
    names = {"__name__": "__main__"}
    random.seed(0, random.Streams)
    try:
        with fresh_names():
            for block in LISTING.finditer(text):
                said = io.StringIO()
                with redirect_stdout(said):
                    exec(compile(block[1], "page", "exec"), names)  # noqa: S102 - our own pages
                yield block, said.getvalue()
    finally:
        random.seed(0, random.Streams)


def refreshed(text: str) -> str:
    """Return the page with what its blocks print, and nothing under those that don't."""
    parts, end = [], 0
    for block, said in typed(text):
        printed = f"```text\n{said}```\n" if said else ""
        parts += [text[end : block.start()], f"```python\n{block[1]}```\n{printed}"]
        end = block.end()
    return "".join([*parts, text[end:]])


if __name__ == "__main__":
    for page in [Path(name).resolve() for name in sys.argv[1:]]:
        os.chdir(page.parent)
        sys.path.insert(0, str(page.parent))  # a plugin's page imports the plugin
        page.write_text(refreshed(page.read_text()))
