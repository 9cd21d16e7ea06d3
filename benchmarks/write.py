"""Measure README.md's tables again and write them into it: python benchmarks/write.py [WORD ...]

README.md is the list of what there is to measure: each block of commands in it is run as it stands
there, from the checkout's folder, and the tables below it are exchanged for those that it prints.
WORDs choose the blocks that hold them all, as in `write.py training R1`; without any everything is
measured, which takes about half an hour. What a command needs (peers, MXNET_PYTHON) is its own.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
BLOCK = re.compile(r"^```bash\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\|.*\n(?:^\|.*\n)+", re.MULTILINE)


def printed(commands: str) -> list[str]:
    """Run a block of commands by this Python; return the tables that it prints."""
    python = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-ec", commands], cwd=HERE.parent, env=os.environ | {"PATH": python},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return TABLE.findall(done.stdout)


def exchanged(text: str, tables: list[str], commands: str) -> str:
    """Return the text below a block with its tables exchanged, in order."""
    there = TABLE.findall(text)
    if len(there) != len(tables):
        raise SystemExit(f"{commands}prints {len(tables)} tables, README.md has {len(there)}")
    fresh = iter(tables)
    return TABLE.sub(lambda _: next(fresh), text)


def main(*words: str) -> None:
    file = HERE / "README.md"
    head, *parts = BLOCK.split(file.read_text())
    for i in range(0, len(parts), 2):
        commands, below = parts[i], parts[i + 1]
        if all(word in commands for word in words) and TABLE.search(below):
            print(commands, end="", file=sys.stderr, flush=True)
            parts[i + 1] = exchanged(below, printed(commands), commands)
            blocks = (f"```bash\n{c}```\n{b}" for c, b in zip(parts[::2], parts[1::2], strict=True))
            file.write_text(head + "".join(blocks))


if __name__ == "__main__":
    main(*sys.argv[1:])
