"""Every Python block of the documentation runs; every initlab command in it does what it says.

Blocks of one page share their names, as for a reader who types them in order; a block that starts
with a comment `# file.py` is that file in the reader's directory. A text block right under a Python
block is what that one prints: the same words, and numbers that agree to a ten-thousandth or a unit
of their last digit, since the last digits of a matrix product are the machine's.
"""

import importlib.util
import re
import shlex
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [
    path
    for pattern in ("*.md", "docs/**/*.md", "plugins/*/README.md")
    for path in sorted(ROOT.glob(pattern))
]
_spec = importlib.util.spec_from_file_location("refresh", ROOT / "docs/refresh.py")
refresh = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(refresh)
NOT_HERE = ("-m venv ", "pip install ", "mlflow ui ", "source ", "benchmarks/")


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]\d+)?")


def words(printed):
    """Return what is printed, a mark for each number, however NumPy sets and breaks rows."""
    marked = NUMBER.sub("#", printed)
    for odd, even in ((r"\[ +", "["), (r" +\]", "]"), (r"(?<=#)\s+(?=#)", " ")):
        marked = re.sub(odd, even, marked)
    return [line.split() for line in marked.strip().splitlines()]


def close(found, expected):
    """Return whether two printed numbers agree; NumPy prints whole ones exactly, as `2.`."""
    unit = 0 if expected.endswith(".") else 10.0 ** Decimal(expected).as_tuple().exponent
    return abs(float(found) - float(expected)) <= max(1.01 * unit, 1e-4 * abs(float(expected)))


def check_printed(said, expected):
    assert words(said) == words(expected)
    pairs = zip(NUMBER.findall(said), NUMBER.findall(expected), strict=True)
    assert [(found, wanted) for found, wanted in pairs if not close(found, wanted)] == []


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
    for block, said in refresh.typed(page.read_text()):
        if block[2] is not None:
            check_printed(said, block[2])


def test_a_page_is_refreshed_with_what_its_blocks_print():
    page = "# A\n```python\nx = 1\n```\n\n```python\nprint(x)\n```\n```text\n7\n```\nend\n"
    assert refresh.refreshed(page) == page.replace("7", "1")
    assert refresh.refreshed(page.replace("print(x)", "x")).endswith("x\n```\nend\n")


@pytest.mark.parametrize(
    ("said", "stands"),
    [("a 1.00", "b 1.00"), ("[1. 0.]", "[1. 1.]"), ("0.12", "0.10"), ("1.002e-8", "1.000e-8"),
     ("1.0 2.0", "1.0"), ("a\nb", "a b")],
)  # fmt: skip
def test_another_print_is_noticed(said, stands):
    with pytest.raises(AssertionError):
        check_printed(said, stands)


def test_the_machines_last_digits_and_the_width_of_columns_are_not():
    check_printed("[[ 0.10003 -2.   ]\n [1.0001e-08\n 7.]]", "[[0.10002 -2.]\n [ 1.e-08 7.]]")


def test_the_documentation_has_commands():
    assert sum(command.startswith("python -m initlab") for command in commands()) >= 6


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_commands_run(command, reader):
    program, *arguments = shlex.split(command)
    assert program == "python"
    done = subprocess.run(
        [sys.executable, *arguments], cwd=reader, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
