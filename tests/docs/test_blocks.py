"""Every Python block of the documentation runs; every initlab command in it does what it says.

Blocks of one page share their names, as for a reader who types them in order; a block that starts
with a comment `# file.py` is that file in the reader's directory.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "benchmarks/*.md", "plugins/*/README.md")
    for path in sorted(ROOT.glob(pattern))
]
NOT_HERE = ("-m venv ", "pip install ", "mlflow ui ", "source ")  # .ci/run and tests/tracking do


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


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
def test_python_blocks_run(page, reader, monkeypatch):
    monkeypatch.chdir(reader)
    names = {"__name__": "__main__"}
    for block in blocks(page, "python"):
        exec(compile(block, str(page), "exec"), names)


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
