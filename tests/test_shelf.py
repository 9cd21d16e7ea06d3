"""A shelf makes each of its things once, when it is asked for."""

from __future__ import annotations

import pytest

from initlab.shelf import Shelf


def test_a_thing_is_made_once_and_when_it_is_asked_for():
    made = []

    def make():
        made.append("a")
        return object()

    shelf = Shelf({"a": make, "b": lambda: 1 / 0})
    assert (list(shelf), len(shelf), "b" in shelf, "c" in shelf) == (["a", "b"], 2, True, False)
    assert made == []
    assert shelf["a"] is shelf["a"]
    assert made == ["a"]


def test_a_shelf_is_the_mapping_of_its_things_and_read_only():
    shelf = Shelf({"one": lambda: 1, "two": lambda: 2})
    assert shelf == {"one": 1, "two": 2}
    assert shelf.get("three") is None
    with pytest.raises(KeyError, match="three"):
        shelf["three"]
    with pytest.raises(TypeError, match="does not support item assignment"):
        shelf["three"] = 3
