"""The installed catalog as test parameters: a plugin is under test the moment it is installed."""

from __future__ import annotations

from initlab.catalog import load_catalog, options

EXAMPLES = {float: 0.5, int: 2, str: "x"}  # for the options that have no default


def pytest_generate_tests(metafunc):
    for kind in ("initializer", "probe", "entry"):
        if kind in metafunc.fixturenames:
            catalog = load_catalog()
            entries = catalog.entries if kind == "entry" else catalog.shelf(kind).values()
            values = [entry if kind == "entry" else example(entry) for entry in entries]
            metafunc.parametrize(kind, values, ids=[f"{e.package}:{e.name}" for e in entries])


def example(entry):
    if entry.value is not entry.cls:
        return entry.value
    required = {o.name: EXAMPLES[o.type] for o in options(entry) if o.required}
    return entry.cls(**required)
