"""Every registered name is an option of its group by itself, typed by its own signature."""

from __future__ import annotations

from enum import Enum

import pytest

import initlab
from initlab.catalog import Entry, load_catalog, options
from initlab.config import compose
from initlab.errors import BadTypeError, UnknownNameError
from initlab.optim import optimizers, schedules

CATALOG = load_catalog()
OPTIMIZERS = {name: Entry(name, "optimizer", cls, "", "") for name, cls in optimizers().items()}
PLACES = [
    *((f"+init={name}", "init.weight", entry) for name, entry in CATALOG.initializers.items()),
    *((f"+init={name}", "init.calibrate", entry) for name, entry in CATALOG.calibrators.items()),
    *((f"data={name}", "data", entry) for name, entry in CATALOG.datasets.items()),
    *((f"optim={name}", "optim", entry) for name, entry in OPTIMIZERS.items()),
]
TYPED = [
    (choice, f"{key}.{option.name}")
    for choice, key, entry in PLACES
    for option in options(entry)
    if isinstance(option.type, type) and issubclass(option.type, int | float | Enum)
]


@pytest.mark.parametrize(("choice", "key", "entry"), PLACES, ids=[place[0] for place in PLACES])
def test_a_registered_name_is_an_option(choice, key, entry):
    spec = compose([choice], catalog=CATALOG)
    found = {
        "init.weight": spec.init.roles["weight"],
        "init.calibrate": spec.init.calibrate,
        "data": spec.data,
        "optim": spec.optim,
    }[key]
    assert type(found) is entry.cls
    assert initlab.plan(spec).entries


def test_there_are_typed_options():
    assert ("+init=xavier", "init.weight.rnd_type") in TYPED
    assert ("optim=sgd", "optim.momentum") in TYPED


@pytest.mark.parametrize(("choice", "key"), TYPED)
def test_its_options_are_listed_and_typed(choice, key):
    with pytest.raises(BadTypeError, match=key.replace(".", r"\.")):
        compose([choice, f"{key}=neither_number_nor_name"], catalog=CATALOG)


@pytest.mark.parametrize("name", CATALOG.probes)
def test_a_registered_probe_can_be_added(name):
    spec = compose(["probes=none", f"+probes.mine.name={name}"], catalog=CATALOG)
    assert type(spec.probes[0].probe) is CATALOG.probes[name].cls


@pytest.mark.parametrize("name", schedules())
def test_a_schedule_can_be_named(name):
    spec = compose([f"optim.schedule.name={name}"], catalog=CATALOG)
    assert type(spec.optim.schedule) is schedules()[name]


@pytest.mark.parametrize("name", CATALOG.random_sources)
def test_a_random_source_can_be_named(name):
    spec = compose([f"random_source.name={name}", "seed=5"], catalog=CATALOG)
    assert type(spec.source) is CATALOG.random_sources[name].cls
    assert spec.source.seed == 5


def test_a_plugins_name_is_gone_with_the_plugin(tmp_path):
    plugin = tmp_path / "mine.py"
    plugin.write_text(
        "from initlab.catalog import hookimpl\n"
        "from initlab.init import Zeros\n"
        "@hookimpl\n"
        "def initlab_initializers():\n"
        "    return {'mine': type('Mine', (Zeros,), {})}\n"
    )
    with_it = load_catalog([plugin], installed=False)
    assert compose(["+init=mine"], catalog=with_it).label.startswith("mine-")
    with pytest.raises(UnknownNameError, match="Unknown init 'mine'"):
        compose(["+init=mine"], catalog=load_catalog(installed=False))
