"""Options of a stranger's class, as people write them, become typed keys of a config."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from enum import Enum, StrEnum
from typing import Literal

import numpy as np
import pytest
from omegaconf import OmegaConf

from initlab.catalog import Entry
from initlab.config.typed import described, instance, known_keys, mapping, schema, typed
from initlab.errors import BadTypeError, ConfigError, UnknownNameError
from initlab.init import Initializer


class Side(StrEnum):
    left = "left"
    right = "right"


class Level(Enum):
    low = 1
    high = 2


@dataclass(frozen=True)
class Plain(Initializer):
    number: float = 3
    count: int = 2
    flag: bool = False
    text: str = "a"
    side: Side = Side.left
    level: Level = Level.low
    maybe: float | None = None


@dataclass(frozen=True)
class Careless(Initializer):
    """Hints that the defaults don't keep, which is common and harmless."""

    none: float = None
    fraction: int = 0.5
    computed: float = np.sqrt(2)
    counted: int = np.int64(3)
    word: Literal["a", "b"] = "a"
    sizes: tuple[int, ...] = (1, 2)
    table: dict = field(default_factory=dict)
    thing: object = field(default_factory=object)


class Needy(Initializer):
    def __init__(self, gain: float, *, other=2):
        self.gain, self.other = gain, other


def entry(cls):
    return Entry("mine", "initializer", cls, "a-package", "1.0")


def read(cls, **values):
    return typed(entry(cls), values, "init.weight")


def test_an_options_default_stands_in_the_config():
    node = OmegaConf.to_container(schema(entry(Plain), [option.name for option in fields(Plain)]))
    assert node == {"name": "mine", **vars(Plain()), "number": 3.0}


@pytest.mark.parametrize(
    ("key", "given", "value"),
    [
        ("number", 2, 2.0),
        ("number", "1e-3", 0.001),
        ("count", "7", 7),
        ("flag", "yes", True),
        ("text", 5, "5"),
        ("side", "right", Side.right),
        ("level", "high", Level.high),
        ("maybe", None, None),
        ("maybe", 1, 1.0),
    ],
)
def test_a_value_becomes_what_the_option_says(key, given, value):
    (found,) = read(Plain, **{key: given}).values()
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("key", "given"),
    [
        ("number", "many"), ("number", None), ("number", [1]), ("count", 1.5), ("count", "x"),
        ("flag", "perhaps"), ("side", "middle"), ("level", "between"), ("maybe", "x"),
        ("text", [1]),
    ],
)  # fmt: skip
def test_a_value_of_another_type_is_refused_with_key_and_value(key, given):
    with pytest.raises(BadTypeError) as error:
        read(Plain, **{key: given})
    assert f"init.weight.{key}={given!r} has the wrong type" in str(error.value)


def test_only_what_the_config_says_is_handed_on():
    assert read(Plain, count=3) == {"count": 3}


def test_an_unknown_option_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'number'") as error:
        read(Plain, numbr=1)
    assert error.value.full().endswith("in init.weight")


def test_a_default_that_its_own_hint_refuses_does_not_hurt():
    node = described(entry(Careless))
    assert node.none is None
    assert node.fraction == 0.5
    assert node.computed == np.sqrt(2)
    assert node.counted == 3
    assert list(node.sizes) == [1, 2]


def test_a_hint_that_its_default_breaks_still_checks_numbers():
    assert read(Careless, none=2) == {"none": 2.0}
    with pytest.raises(BadTypeError, match=r"init\.weight\.none='x'"):
        read(Careless, none="x")
    with pytest.raises(BadTypeError, match=r"init\.weight\.computed='x'"):
        read(Careless, computed="x")


def test_an_object_as_default_is_no_key_of_the_config_and_stays_the_default():
    assert "thing" not in described(entry(Careless))
    assert "thing" not in read(Careless, none=1)


def test_an_option_without_default_must_be_given():
    assert OmegaConf.is_missing(described(entry(Needy)), "gain")
    assert read(Needy, gain="2") == {"gain": 2.0}
    with pytest.raises(ConfigError, match=r"'mine' needs gain: init\.weight\.gain=VALUE"):
        read(Needy, other=1)


def test_a_preset_keeps_its_values_but_for_those_that_are_given(catalog):
    preset = Entry("mine", "initializer", Plain(count=5, text="b"), "a-package", "1.0")
    known = type(catalog)((*catalog.entries, preset))
    made = instance(known, "initializer", {"name": "mine", "text": "c"}, "init.weight")
    assert made == Plain(count=5, text="c")


def test_a_name_alone_is_a_node(catalog):
    assert instance(catalog, "initializer", "zeros", "k") == catalog.get("initializer", "zeros")()


def test_a_node_without_a_name_is_refused(catalog):
    with pytest.raises(ConfigError, match=r"k has no name: say which initializer it is, k\.name="):
        instance(catalog, "initializer", {"scale": 1}, "k")


def test_null_is_an_empty_mapping_and_anything_else_is_refused():
    assert mapping(None, "k") == {}
    with pytest.raises(BadTypeError, match="k must be a mapping of names to values, got 5"):
        mapping(5, "k")


def test_the_first_unknown_key_is_named():
    with pytest.raises(UnknownNameError, match="Unknown key of it: 'b'"):
        known_keys({"a": 1, "b": 2}, ["a", "c"], "key of it")
