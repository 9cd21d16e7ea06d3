"""Every Python block of the documentation runs; every initlab command in it does what it says.

Blocks of one page share their names, as for a reader who types them in order; a block that starts
with a comment `# file.py` is that file in the reader's directory. A text block right under a Python
block is what that one prints: the same words, and numbers that agree to a ten-thousandth, since the
last digits of a matrix product are the machine's.
"""

import contextlib
import io
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from initlab.nd import random
from initlab.tree import fresh_names

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "plugins/*/README.md")
    for path in sorted(ROOT.glob(pattern))
]
NOT_HERE = ("-m venv ", "pip install ", "mlflow ui ", "source ", "benchmarks/")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def listings(page):
    """Return every Python block with the text block right under it, None where there is none."""
    pattern = r"^```python\n(.*?)^```\n(?:\n?```text\n(.*?)^```)?"
    found = re.findall(pattern, page.read_text(), re.MULTILINE | re.DOTALL)
    return [(code, printed or None) for code, printed in found]


NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]\d+)?")


def words(printed):
    """Return what is printed with a mark for each number, whatever the columns' widths."""
    text = re.sub(r"\[ +", "[", NUMBER.sub("#", printed))
    return [line.split() for line in text.strip().splitlines()]


def numbers(printed):
    return np.array(NUMBER.findall(printed), float)


def commands():
    lines = [
        line.partition("   #")[0].strip()
        for page in PAGES
        for block in blocks(page, "bash")
        for line in block.splitlines()
    ]
    return [line for line in lines if line and not any(part in line for part in NOT_HERE)]


@pytest.fixture(scope="module")
def reader(tmp_path_factory):
    """The directory that somebody types the documentation in."""
    here = tmp_path_factory.mktemp("reader")
    for page in PAGES:
        for block in blocks(page, "python"):
            if named := re.match(r"# (\w+\.py)\n", block):
                (here / named[1]).write_text(block)
    return here


@pytest.mark.parametrize(
    "page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name
)
def test_python_blocks_run_and_print_what_stands_under_them(page, reader, monkeypatch):
    monkeypatch.chdir(reader)
    monkeypatch.syspath_prepend(page.parent)  # a plugin's page imports the plugin
    names = {"__name__": "__main__"}
    with fresh_names(), fresh_sequence():
        for code, printed in listings(page):
            said = io.StringIO()
            with contextlib.redirect_stdout(said):
                exec(compile(code, str(page), "exec"), names)
            if printed is not None:
                assert words(said.getvalue()) == words(printed)
                np.testing.assert_allclose(
                    numbers(said.getvalue()), numbers(printed), rtol=1e-4, err_msg=code
                )


@contextlib.contextmanager
def fresh_sequence():
    random.seed(0, random.Streams)
    yield
    random.seed(0, random.Streams)


def test_the_documentation_has_commands():
    assert sum(command.startswith("python -m initlab") for command in commands()) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_commands_run(command, reader):
    program, *arguments = command.split()
    assert program == "python"
    arguments = [str(ROOT / a) if a.startswith("benchmarks/") else a for a in arguments]
    done = subprocess.run(
        [sys.executable, *arguments], cwd=reader, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
