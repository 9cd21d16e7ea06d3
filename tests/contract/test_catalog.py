from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from initlab.catalog import load_catalog, options
from initlab.errors import InitlabError, ShapeError
from initlab.init import Initializer, Normal, Placed, places
from initlab.testing import (
    check_calibrator,
    check_initializer,
    check_probe,
    check_random_source,
)
from initlab.testing.initializers import NET, SPECS

UNTOLD = {
    # the fourth moment follows from a recursion over all taps' inner products, kernel by kernel
    "ConvOrthogonal": {"kurtosis"},
    # its reflections' vectors come from a square, for which |v|^-2 has no moments in closed form
    "Unitary": {"kurtosis"},
    # a uniform matrix's singular vectors are not Haar's
    "Orthogonal": {"kurtosis"},
    # all entries are over a random matrix's largest eigenvalue or singular value, whose inverse
    # has no moments in closed form
    "NPRNN": {"mean", "variance", "kurtosis"},
    "Spectral": {"variance", "kurtosis"},
}


@cache
def checked(initializer):
    """Check once what stands under several names: the frameworks agree more often than not."""
    check_initializer(initializer)


def test_an_initializer_keeps_its_contract(initializer):
    checked(initializer)


def test_a_law_leaves_untold_only_what_has_no_closed_form(initializer):
    if type(initializer).__module__.startswith("initlab."):  # a stranger's may claim less
        untold = {name for law in laws(initializer) for name in missing(law)}
        assert untold == UNTOLD.get(type(initializer).__name__, set())


def laws(initializer):
    """Return its laws on those of the contract's specs that it draws, a rule's on its net."""
    if isinstance(initializer, Placed):
        where = places(NET)
        gifts = [(slot.spec, initializer.given(where[slot.path])) for slot in NET]
        told = [gift.use.law(spec) for spec, gift in gifts if gift is not None]
    else:
        told = [initializer.law(spec) for spec in SPECS if draws(initializer, spec)]
    assert told, f"{initializer} refuses everything that it was tried on"
    return told


def draws(initializer, spec):
    try:
        initializer(spec, np.random.default_rng(0))
    except InitlabError:
        return False
    return True


class RefusesAll(Initializer):
    def __call__(self, spec, rng):
        raise ShapeError("no shape will do")


class RefusesItsLaw(Normal):
    def law(self, spec):
        raise ShapeError("no law for this shape")


def test_laws_are_not_passed_by_one_that_refuses_every_spec_or_the_law_of_what_it_draws():
    with pytest.raises(AssertionError, match="refuses everything"):
        laws(RefusesAll())
    with pytest.raises(ShapeError, match="no law for this shape"):
        laws(RefusesItsLaw())


def missing(law):
    """Return the moments that a law does not tell; one value alone has no kurtosis."""
    moments = ("mean", "variance") if law.variance == 0 else ("mean", "variance", "kurtosis")
    return [name for name in moments if getattr(law, name) is None]


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
