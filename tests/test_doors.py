"""Doors that import a name when it is asked for."""

from __future__ import annotations

import ast
import compileall
import importlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from shutil import ignore_patterns

import pytest

import initlab
from initlab import init, optim

PACKAGE = Path(initlab.__file__).parent


DOORS = [
    ".".join(file.parent.relative_to(PACKAGE.parent).parts)
    for file in sorted(PACKAGE.rglob("__init__.py"))
    if "on_demand(__name__)" in file.read_text()
]


def imported_by(code):
    """Return the modules that a new Python has after `code`."""
    told = f"import sys; {code}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_there_are_such_doors():
    assert {"initlab", "initlab.init", "initlab.init.fixed", "initlab.optim"} <= set(DOORS)


def test_a_name_brings_its_own_file_and_no_other():
    modules = imported_by("from initlab.optim import SGD")
    assert "initlab.optim.sgd" in modules
    assert not {"initlab.optim.lamb", "initlab.optim.adam", "initlab.optim.trainer"} & modules


@pytest.mark.parametrize("door", DOORS)
def test_a_door_offers_what_it_imports_and_lists_it(door):
    module = importlib.import_module(door)
    (block,) = [
        node
        for node in ast.parse(Path(module.__file__).read_text()).body
        if isinstance(node, ast.If)
    ]
    written = {a.asname or a.name for line in block.body for a in line.names}
    assert set(module.__all__) == written
    assert written <= set(dir(module))


def test_a_name_that_is_not_offered_is_an_error_that_says_where():
    with pytest.raises(AttributeError, match=r"'initlab\.optim' has no attribute 'SGDD'"):
        optim.SGDD  # noqa: B018 - asking is the test
    with pytest.raises(ImportError, match="cannot import name 'SGDD'"):
        from initlab.optim import SGDD  # noqa: F401 - idem


@pytest.mark.parametrize("first", ["initlab.init.create", "initlab.running.forecast"])
def test_a_function_stands_before_the_file_of_its_name(first):
    code = (
        f"import {first}; from {first.rpartition('.')[0]} import {first.rpartition('.')[2]} as it"
    )
    assert "initlab" in imported_by(f"{code}; assert callable(it), it")


def test_a_file_that_is_not_offered_is_reached_as_ever():
    assert importlib.import_module("initlab.init.law").Law is init.Law


def test_another_name_is_offered_under_both():
    assert init.Zero is init.Zeros


def test_what_a_door_is_built_with_is_not_listed():
    for door in DOORS:
        names = set(dir(importlib.import_module(door)))
        assert not {"TYPE_CHECKING", "annotations", "on_demand"} & names


def test_doors_open_without_their_sources(tmp_path):
    package = shutil.copytree(PACKAGE, tmp_path / "initlab", ignore=ignore_patterns("__pycache__"))
    compileall.compile_dir(package, quiet=1, legacy=True)
    for source in package.rglob("*.py"):
        source.unlink()
    code = "from initlab import nn, init; print(nn.Dense.__name__, init.Zero is init.Zeros)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "Dense True\n"
