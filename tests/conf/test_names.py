"""Every registered name is an option of its group by itself, typed by its own signature."""

from __future__ import annotations

from contextlib import suppress
from enum import Enum
from pathlib import Path

import pytest
from omegaconf.errors import ValidationError

import initlab
from initlab.catalog import Entry, load_catalog, options
from initlab.config import compose
from initlab.config.typed import described
from initlab.errors import BadValueError, ShapeError, UnknownNameError
from initlab.optim import optimizers, schedules

CATALOG = load_catalog()
OPTIMIZERS = {name: Entry(name, "optimizer", cls, "", "") for name, cls in optimizers().items()}
PLACES = [
    *((f"+init={name}", "init.weight", entry) for name, entry in CATALOG.initializers.items()),
    *((f"+init={name}", "init.calibrate", entry) for name, entry in CATALOG.calibrators.items()),
    *((f"data={name}", "data", entry) for name, entry in CATALOG.datasets.items()),
    *((f"optim={name}", "optim", entry) for name, entry in OPTIMIZERS.items()),
]
IDS = [place[0] for place in PLACES]
FILE = Path(__file__).parents[2] / "docs" / "larger.safetensors"
FILES = {
    "+init=load": [f"init.file={FILE}"],
    "+init=mxnet.load": [f"init.weight.param={FILE}"],
    "+init=weight_selection": [f"init.weight.file={FILE}"],
    "+init=pretrained_statistics": [f"init.weight.file={FILE}"],
}


@pytest.mark.parametrize(("choice", "key", "entry"), PLACES, ids=IDS)
def test_a_registered_name_is_an_option(choice, key, entry):
    spec = compose([choice, *FILES.get(choice, [])], catalog=CATALOG)
    found = {
        "init.weight": spec.init.roles["weight"],
        "init.calibrate": spec.init.calibrate,
        "data": spec.data,
        "optim": spec.optim,
    }[key]
    assert type(found) is entry.cls
    with suppress(ShapeError, BadValueError):  # a rule for convolutions, or for residual nets
        assert initlab.plan(spec).entries


@pytest.mark.parametrize("entry", [place[2] for place in PLACES], ids=IDS)
def test_its_options_are_listed_and_typed(entry):
    node = described(entry)
    for option in options(entry):
        if isinstance(option.type, type) and issubclass(option.type, int | float | Enum):
            assert option.required or node[option.name] == option.default
            with pytest.raises(ValidationError):
                node[option.name] = "neither number nor name"


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
