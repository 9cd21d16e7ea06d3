from __future__ import annotations

from functools import cache
from typing import Any

from initlab.catalog import load_catalog, options
from initlab.testing import (
    check_calibrator,
    check_initializer,
    check_probe,
    check_random_source,
)


@cache
def checked(initializer):
    """Check once what stands under several names: the frameworks agree more often than not."""
    check_initializer(initializer)


def test_an_initializer_keeps_its_contract(initializer):
    checked(initializer)


def test_a_calibrator_keeps_its_contract(calibrator):
    check_calibrator(calibrator)


def test_a_probe_keeps_its_contract(probe):
    check_probe(probe)


def test_a_random_source_keeps_its_contract(random_source):
    check_random_source(random_source)


def test_an_entry_says_what_it_is_and_how_its_options_are_typed(entry):
    assert entry.summary
    assert [option.name for option in options(entry) if option.type is Any] == []


def test_no_installed_plugin_is_broken():
    assert load_catalog().broken == ()
