"""The packages in plugins/, which strangers copy: installed for real, tested as they say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/pyproject.toml"))


def python(*arguments, cwd=ROOT, path=ROOT):
    environment = {**os.environ, "PYTHONPATH": str(path)}
    command = [sys.executable, "-m", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.slow
def test_installed_by_pip_they_are_on_the_shelves_and_keep_the_contract(tmp_path):
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--quiet"]
    python("pip", "install", *offline, "--target", tmp_path, *PLUGINS)
    tests = ["tests/contract/test_catalog.py", "-p", "no:cacheprovider", "-vv"]
    said = python("pytest", *tests, "-k", "laplace or spectrum or mxnet", path=tmp_path)
    for check in (
        "test_an_initializer_keeps_its_contract[initlab-laplace:laplace] PASSED",
        "test_a_probe_keeps_its_contract[initlab-spectrum:spectrum] PASSED",
        "test_a_random_source_keeps_its_contract[initlab-mxnet:mxnet] PASSED",
    ):
        assert check in said


@pytest.mark.slow
@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda folder: folder.name)
def test_each_passes_its_own_tests_from_its_own_folder(plugin):
    assert " passed" in python("pytest", "-q", "-p", "no:cacheprovider", cwd=plugin)
