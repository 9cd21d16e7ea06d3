from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError

import pytest

from initlab import calibrators, data, init, nn, probes
from initlab.catalog import Catalog, Entry, hookspecs, load_catalog
from initlab.catalog.kinds import KINDS
from initlab.errors import NameTakenError, UnknownNameError

SHELVES = {
    "initializer": init.initializers,
    "calibrator": calibrators.calibrators,
    "probe": probes.probes,
    "layer": nn.layers,
    "dataset": data.datasets,
}


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(installed=False)


@pytest.mark.parametrize("kind", SHELVES)
def test_each_shelf_holds_what_its_room_registers(catalog, kind):
    shelf = catalog.shelf(kind)
    assert {name: entry.value for name, entry in shelf.items()} == dict(SHELVES[kind]())
    assert list(shelf) == sorted(shelf)
    assert shelf == getattr(catalog, f"{kind}s")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_the_lab_registers_is_of_its_kind(catalog, kind):
    """Which is asked of a stranger's things when they are loaded, and of the lab's own here."""
    refused = [kind.refusal(entry.value) for entry in catalog.shelf(kind.name).values()]
    assert refused == [None] * len(refused)


def test_loading_the_catalog_imports_no_class_that_nobody_asked_for():
    code = (
        "import sys; from initlab.catalog import load_catalog\n"
        "shelf = load_catalog(installed=False).initializers; shelf['xavier'].value\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    modules = set(done.stdout.split())
    assert "initlab.init.independent.xavier" in modules
    assert not {"initlab.init.structured.rai", "initlab.calibrators.lsuv"} & modules


def test_the_default_random_source_is_on_its_shelf(catalog):
    assert catalog.get("random_source", "streams")(seed=3).stream("a").bit_generator is not None


def test_nothing_registers_after_loading(catalog):
    with pytest.raises(TypeError, match="does not support item assignment"):
        catalog.initializers["mine"] = None
    with pytest.raises(FrozenInstanceError):
        catalog.entries = ()


def test_an_unknown_name_gets_the_nearest_one(catalog):
    with pytest.raises(
        UnknownNameError, match=r"Unknown initializer 'xvier'\. Did you mean 'xavier'"
    ):
        catalog.get("initializer", "xvier")


def test_an_unknown_kind_gets_the_nearest_one(catalog):
    with pytest.raises(UnknownNameError, match=r"Unknown kind 'initialiser'.*'initializer'"):
        catalog.get("initialiser", "xavier")


def test_one_name_may_stand_on_two_shelves_but_not_twice_on_one():
    probe, layer = (Entry("flow", kind, float, "a", "1") for kind in ("probe", "layer"))
    assert Catalog((probe, layer)).probes["flow"] is probe
    with pytest.raises(NameTakenError, match="Two packages register the probe 'flow': a 1 and b 2"):
        Catalog((probe, Entry("flow", "probe", int, "b", "2")))


def test_a_catalog_survives_the_way_to_another_process(catalog):
    assert pickle.loads(pickle.dumps(catalog)) == catalog


def test_every_hook_has_a_kind_and_a_shelf(catalog):
    hooks = {name for name in vars(hookspecs) if name.startswith("initlab_")}
    assert hooks == {f"initlab_{kind}s" for kind in (*SHELVES, "random_source")}


def test_a_presets_summary_tells_its_options_first(catalog):
    found = {name: catalog.initializers[name].summary for name in ("he", "lecun", "glorot_normal")}
    assert found["he"] == "VarianceScaling(scale=2): Independent entries of variance scale / fan."
    assert len(set(found.values())) == 3


def test_a_summary_is_the_first_line_of_the_docstring(catalog):
    assert catalog.probes["dead_units"].summary.startswith("The share of a block's units")
    assert Entry("undocumented", "probe", type("T", (), {}), "a", "1").summary == ""


def test_loading_the_catalog_imports_nothing_heavy():
    heavy = {"mlflow", "hydra", "sklearn", "matplotlib", "pandas", "torch", "rich", "scipy.stats"}
    code = (
        "import sys; from initlab.catalog import load_catalog; load_catalog(installed=False);"
        f"print(sorted({heavy!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
