"""The installed catalog as test parameters: a plugin is under test the moment it is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from initlab import nd
from initlab.catalog import load_catalog, options

EXAMPLES = {float: 0.5, int: 2, str: "x"}  # for options that have no default
FILES = (Path, str | Path | Mapping[str, Any])  # of a net's parameters


@pytest.fixture(scope="session")
def saved(tmp_path_factory):
    """A file with a matrix for the parameter without a name, as the contract's are."""
    file = tmp_path_factory.mktemp("saved") / "larger.safetensors"
    nd.save(file, {"": np.random.default_rng(0).standard_normal((160, 128), np.float32)})
    return file


def pytest_generate_tests(metafunc):
    kinds = {"initializer", "calibrator", "probe", "random_source", "entry"}
    for kind in kinds & set(metafunc.fixturenames):
        catalog = load_catalog()
        entries = catalog.entries if kind == "entry" else catalog.shelf(kind).values()
        ids = [f"{entry.package}:{entry.name}" for entry in entries]
        metafunc.parametrize(kind, entries, ids=ids, indirect=kind != "entry")


@pytest.fixture
def initializer(request, saved):
    return example(request.param, saved)


@pytest.fixture
def calibrator(request):
    return example(request.param)


@pytest.fixture
def probe(request):
    return example(request.param)


@pytest.fixture
def random_source(request):
    return request.param.cls


def example(entry, saved=None):
    """Return the preset, or an instance whose options without default have example values."""
    if entry.value is not entry.cls:
        return entry.value
    required = [option for option in options(entry) if option.required]
    known = EXAMPLES | dict.fromkeys(FILES, saved)
    return entry.cls(**{o.name: known[o.type] for o in required if o.type in known})
