from __future__ import annotations

from threading import Thread

import pytest

from initlab import nn
from initlab.tree import Block, fresh_names


class Twin(nn.Block):
    """Two layers made inside the block's own name scope."""

    def __init__(self, **names):
        super().__init__(**names)
        with self.name_scope():
            self.first = nn.Dense(2, in_units=2)
            self.second = nn.Dense(2, in_units=2)


def test_top_level_blocks_are_counted_by_kind():
    made = [nn.Dense(1), nn.Sequential(), nn.Dense(1), nn.Flatten(), nn.Sequential()]
    assert [b.name for b in made] == ["dense0", "sequential0", "dense1", "flatten0", "sequential1"]


def test_a_prefix_ends_in_an_underscore_and_a_name_does_not():
    layer = nn.Dense(1)
    assert (layer.prefix, layer.name) == ("dense0_", "dense0")


def test_an_activations_hint_is_its_function():
    assert [nn.Activation("relu").name, nn.Activation("tanh").name] == ["relu0", "tanh0"]


def test_a_layers_activation_is_named_after_the_layer():
    assert nn.Dense(1, activation="relu").act.name == "dense0_relu"


def test_inside_a_scope_the_counter_is_the_blocks_own():
    nn.Dense(1)
    first, second = Twin(), Twin()
    assert list(first.collect_params()) == [
        "twin0_dense0_weight", "twin0_dense0_bias", "twin0_dense1_weight", "twin0_dense1_bias",
    ]  # fmt: skip
    assert second.second.name == "twin1_dense1"


def test_blocks_made_outside_a_scope_keep_their_own_names():
    net = nn.Sequential()
    net.add(nn.Dense(1))
    assert list(net.collect_params()) == ["dense0_weight", "dense0_bias"]


def test_an_explicit_prefix_takes_no_number_and_no_underscore():
    layer = nn.Dense(1, prefix="foo")
    assert list(layer.params) == ["fooweight", "foobias"]
    assert nn.Dense(1).name == "dense0"


def test_an_empty_prefix_opens_no_scope():
    net = Twin(prefix="")
    assert list(net.collect_params()) == [
        "dense0_weight", "dense0_bias", "dense1_weight", "dense1_bias",
    ]  # fmt: skip


def test_sharing_keeps_the_owners_parameter_names_and_uses_up_a_number():
    first = nn.Dense(2)
    second = nn.Dense(2, params=first.params)
    third = nn.Dense(2)
    assert second.name == "dense1"
    assert list(second.params) == ["dense0_weight", "dense0_bias"]
    assert third.name == "dense2"


def test_a_scope_is_left_when_its_block_raises():
    outer = nn.Sequential()
    with pytest.raises(KeyError), outer.name_scope():
        raise KeyError
    assert nn.Dense(1).name == "dense0"


def test_fresh_names_start_at_zero_and_give_the_old_counters_back():
    nn.Dense(1)
    with fresh_names():
        assert nn.Dense(1).name == "dense0"
    assert nn.Dense(1).name == "dense1"


def test_fresh_names_are_not_inside_an_open_scope():
    with Block(prefix="outer_").name_scope(), fresh_names():
        assert nn.Dense(1).name == "dense0"


def test_threads_count_apart():
    nn.Dense(1)
    names = []
    thread = Thread(target=lambda: names.append(nn.Dense(1).name))
    thread.start()
    thread.join()
    assert names == ["dense0"]
