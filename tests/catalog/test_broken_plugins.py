"""Each failure by a real installed distribution; the rest of the lab works every time."""

from __future__ import annotations

import importlib
import re

import pytest

from initlab.catalog import load_catalog
from initlab.errors import NameTakenError, UnknownNameError

GOOD = """
from initlab.catalog import hookimpl
from initlab.init import Zeros

class Nought(Zeros):
    pass

@hookimpl
def initlab_initializers():
    return {"%s": Nought}
"""

RETURNING = """
from initlab.catalog import hookimpl
from initlab.init import Zeros
from initlab.nn import Flatten

@hookimpl
def initlab_%s():
    return %s
"""

BROKEN = {
    "that-imports-nothing-there": (
        "import a_module_that_is_nowhere",
        r"No module named 'a_module_that_is_nowhere' \(that_imports_nothing_there\.py:1\)",
    ),
    "with-bad-syntax": ("def f(:", r"SyntaxError: invalid syntax"),
    "that-exits": ("import sys\nsys.exit(3)", r"SystemExit: 3 \(that_exits\.py:2\)"),
    "with-a-misspelled-hook": (
        GOOD.replace("initlab_initializers", "initlab_initialisers") % "nought",
        r"no hook 'initlab_initialisers'; did you mean 'initlab_initializers'\?",
    ),
    "with-an-unmarked-hook": (
        GOOD.replace("@hookimpl", "") % "nought",
        r"initlab_initializers\(\) is not marked with @hookimpl",
    ),
    "without-a-hook": ("x = 1", r"it has no hook; the hooks are initlab_initializers, "),
    "whose-hook-wants-an-argument": (
        GOOD.replace("initializers():", "initializers(lab):") % "nought",
        r"Argument\(s\) \{'lab'\} are declared in the hookimpl but",
    ),
    "whose-hook-raises": (
        RETURNING % ("probes", "{'ratio': 1 / 0}"),
        r"ZeroDivisionError: division by zero \(whose_hook_raises\.py:8\)",
    ),
    "that-forgets-its-return": (
        RETURNING % ("initializers", "None"),
        r"initlab_initializers\(\) returns None, not a mapping of names",
    ),
    "with-a-thing-on-the-wrong-shelf": (
        RETURNING % ("probes", "{'zeros': Zeros}"),
        r"'zeros', but <class .*Zeros'> is neither a subclass nor an instance of Probe",
    ),
    "with-one-block-for-all": (
        RETURNING % ("layers", "{'flat': Flatten()}"),
        r"'flat', but .* is no subclass of Block",
    ),
    "with-a-source-without-streams": (
        RETURNING % ("random_sources", "{'dice': Zeros}"),
        r"'dice', but .* is neither a subclass nor an instance of RandomSource",
    ),
    "with-a-name-that-no-config-can-say": (
        RETURNING % ("initializers", "{'my zeros': Zeros}"),
        r"initlab_initializers\(\) registers 'my zeros', which is neither an identifier",
    ),
}


def broken_among(catalog, package):
    return [plugin for plugin in catalog.broken if plugin.package == package]


@pytest.mark.parametrize("package", BROKEN)
def test_a_broken_plugin_is_named_with_version_and_reason_and_the_rest_works(site, package):
    source, reason = BROKEN[package]
    site.add(package, source, version="0.3")
    site.add("a-neighbour", GOOD % "nought")
    catalog = load_catalog()
    (broken,) = broken_among(catalog, package)
    assert broken.version == "0.3"
    assert re.search(reason, broken.reason)
    assert catalog.initializers["nought"].origin == "a-neighbour 1.0"
    assert not [entry for entry in catalog.entries if entry.package == package]


@pytest.mark.parametrize("first", ["json", "importlib_metadata"])  # which loads entry points itself
def test_an_entry_point_to_a_module_that_is_not_there_is_named(site, first):
    importlib.import_module(first)
    site.add("pointing-nowhere", "", target="not_what_it_is_called")
    (broken,) = broken_among(load_catalog(), "pointing-nowhere")
    assert broken.reason == "ModuleNotFoundError: No module named 'not_what_it_is_called'"


def test_a_plugin_that_fails_in_its_second_hook_leaves_nothing_of_its_first(site):
    second = "\n@hookimpl\ndef initlab_probes():\n    raise OSError('no disk')\n"
    site.add("half-good", GOOD % "nought" + second)
    catalog = load_catalog()
    assert broken_among(catalog, "half-good")
    assert "nought" not in catalog.initializers


def test_asking_for_an_unknown_name_mentions_the_broken_plugins(site):
    site.add("gone-wrong", "import a_module_that_is_nowhere", version="2.1")
    with pytest.raises(UnknownNameError, match="Unknown initializer 'laplac'") as caught:
        load_catalog().get("initializer", "laplac")
    assert "A broken plugin might have brought it: gone-wrong 2.1: ModuleNot" in caught.value.full()


def test_a_name_that_the_lab_has_is_an_error_that_names_both_packages(site):
    site.add("greedy", GOOD % "xavier", version="0.9")
    with pytest.raises(
        NameTakenError, match=r"the initializer 'xavier': initlab .+ and greedy 0\.9"
    ) as caught:
        load_catalog()
    assert "INITLAB_DISABLE_PLUGINS" in str(caught.value)


def test_a_name_of_two_strangers_is_an_error_that_names_both_packages(site):
    site.add("first-comer", GOOD % "nought", version="1.1")
    site.add("second-comer", GOOD % "nought", version="1.2")
    with pytest.raises(NameTakenError, match=r"first-comer 1\.1 and second-comer 1\.2"):
        load_catalog()


@pytest.mark.parametrize(
    "name", ["second-comer", "Second_Comer", "ep_second_comer", "x, second-comer"]
)
def test_a_plugin_is_left_out_by_the_name_of_its_package_or_entry_point(site, monkeypatch, name):
    site.add("first-comer", GOOD % "nought")
    site.add("second-comer", GOOD % "nought")
    monkeypatch.setenv("INITLAB_DISABLE_PLUGINS", name)
    assert load_catalog().initializers["nought"].package == "first-comer"


def test_installed_plugins_are_not_looked_for_when_not_wanted(site):
    site.add("first-comer", GOOD % "nought")
    catalog = load_catalog(installed=False)
    assert {entry.package for entry in catalog.entries} == {"initlab"}
