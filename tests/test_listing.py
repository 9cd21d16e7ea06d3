"""The catalog on the screen."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from io import StringIO

import pytest
from rich.console import Console

from initlab.catalog import BrokenPlugin, Catalog, Entry, load_catalog, options
from initlab.errors import UnknownNameError
from initlab.init import Constant, Initializer
from initlab.listing import print_catalog


class Side(StrEnum):
    left = "left"
    right = "right"


@dataclass(frozen=True)
class Thing(Initializer):
    """One thing [of mine].

    More about it.

    Args:
        gain: how much of it.
        side: where it stands,
            told on two lines.
        inner: what it wraps.

    Raises:
        BadValueError: never.
    """

    gain: float
    side: Side = Side.left
    inner: Initializer | None = field(default_factory=lambda: Constant(2))
    maybe: float | None = None


@pytest.fixture(scope="module")
def catalog():
    return load_catalog(installed=False)


def listed(catalog, *names):
    out = StringIO()
    assert print_catalog(catalog, names, Console(file=out)) == 0
    return out.getvalue()


def row(text, first):
    (line,) = [line for line in text.splitlines() if line.split()[:1] == [first]]
    return " ".join(line.split())


@pytest.fixture
def mine():
    return Catalog((Entry("thing", "initializer", Thing, "my-package", "3.1"),))


def test_the_whole_catalog_lists_every_name_with_its_package(catalog):
    text = listed(catalog)
    for entry in catalog.entries:
        assert entry.origin in row(text, entry.name)


def test_a_kind_may_be_said_in_one_or_many(catalog):
    text = listed(catalog, "probes")
    assert text == listed(catalog, "probe")
    assert "weight_moments" in text
    assert "xavier" not in text


def test_one_name_is_told_with_its_options_types_defaults_and_what_they_do(mine):
    text = listed(mine, "thing")
    assert "initializer thing (my-package 3.1)" in text
    assert row(text, "gain") == "gain float (required) how much of it."
    assert row(text, "side") == "side left | right left where it stands, told on two lines."
    assert row(text, "inner") == "inner Initializer | None Constant(value=2) what it wraps."
    assert row(text, "maybe") == "maybe float | None None"


def test_a_docstring_is_told_without_what_the_table_tells(mine):
    text = listed(mine, "thing")
    assert "One thing [of mine]." in text
    assert "More about it." in text
    assert "BadValueError: never." in text
    assert "Args:" not in text
    assert text.count("how much of it.") == 1


def test_in_a_list_a_required_option_stands_without_a_default(mine):
    assert "gain, side=left, inner=Constant(value=2), maybe=None" in listed(mine, "initializers")


@pytest.mark.parametrize("kind", ["layer", "initializer", "dataset", "probe", "calibrator"])
def test_nothing_is_shown_as_python_writes_it(catalog, kind):
    for name in catalog.shelf(kind):
        text = listed(catalog, name)
        assert "<class" not in text
        assert "<enum" not in text
        assert "inspect._empty" not in text


def test_every_option_of_a_built_in_is_explained(catalog):
    silent = [
        f"{entry.kind} {entry.name}: {option.name}"
        for entry in catalog.entries
        for option in options(entry)
        if not option.doc
    ]
    assert silent == []


def test_several_words_are_told_one_after_another(catalog):
    text = listed(catalog, "zeros", "ones")
    assert text.index("initializer zeros") < text.index("initializer ones")


def test_an_unknown_word_is_refused_with_the_nearest(catalog):
    with pytest.raises(UnknownNameError, match="Did you mean 'xavier'"):
        listed(catalog, "xvier")


def test_a_broken_plugin_is_told_with_version_and_reason(catalog):
    broken = (BrokenPlugin("bad-thing", "0.3", "ImportError: [nowhere]"),)
    text = listed(Catalog(catalog.entries, broken), "probes")
    assert "left out, broken: bad-thing 0.3: ImportError: [nowhere]" in text
