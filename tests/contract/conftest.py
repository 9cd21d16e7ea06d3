"""The installed catalog as test parameters: a plugin is under test the moment it is installed."""

from __future__ import annotations

import pytest

from initlab.catalog import load_catalog, options

EXAMPLES = {float: 0.5, int: 2, str: "x"}  # for options that have no default


def pytest_generate_tests(metafunc):
    kinds = {"initializer", "calibrator", "probe", "random_source", "entry"}
    for kind in kinds & set(metafunc.fixturenames):
        catalog = load_catalog()
        entries = catalog.entries if kind == "entry" else catalog.shelf(kind).values()
        ids = [f"{entry.package}:{entry.name}" for entry in entries]
        metafunc.parametrize(kind, entries, ids=ids, indirect=kind != "entry")


@pytest.fixture
def initializer(request):
    return example(request.param)


@pytest.fixture
def calibrator(request):
    return example(request.param)


@pytest.fixture
def probe(request):
    return example(request.param)


@pytest.fixture
def random_source(request):
    return request.param.cls


def example(entry):
    """Return the preset, or an instance whose options without default have example values."""
    if entry.value is not entry.cls:
        return entry.value
    required = [option for option in options(entry) if option.required]
    return entry.cls(**{o.name: EXAMPLES[o.type] for o in required if o.type in EXAMPLES})
