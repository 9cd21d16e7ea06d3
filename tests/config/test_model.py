"""The model tree of a config becomes BlockSpecs, each with the key where it stood."""

from __future__ import annotations

import pytest

from initlab.config.model import ModelReader, read_ties
from initlab.errors import BadTypeError, ConfigError, UnknownNameError
from initlab.init import Normal, Written, Zeros
from initlab.nn import Dense, Residual, Sequential

TREE = {
    "block": "sequential",
    "children": {
        "first": {"block": "dense", "units": 3},
        "gone": None,
        "body": {"block": "residual", "body": {"block": "dense", "units": 3}},
    },
}


@pytest.fixture
def reader(catalog):
    return ModelReader(catalog)


def test_a_tree_is_read_with_its_keys(reader):
    root = reader.root(TREE, "")
    children = root.arguments["children"]
    assert (root.cls, root.key) == (Sequential, "model")
    assert list(children) == ["first", "body"]
    assert children["first"].cls is Dense
    assert children["first"].arguments == {"units": 3}
    assert children["body"].cls is Residual
    assert children["body"].arguments["body"].key == "model.children.body.body"


def test_the_options_of_a_layer_are_typed(reader):
    block = reader.block({"block": "dense", "units": "3", "use_bias": "no"}, "k", "")
    assert block.arguments == {"units": 3, "use_bias": False}
    with pytest.raises(BadTypeError, match=r"k\.units='x' has the wrong type"):
        reader.block({"block": "dense", "units": "x"}, "k", "")


def test_what_is_written_on_a_block_goes_by_its_path_not_into_the_block(reader):
    node = {"block": "dense", "units": 3, "init": {"weight": {"name": "normal", "sigma": 2}}}
    block = reader.root({"block": "sequential", "children": {"a": {**node}}}, "")
    assert "init" not in block.arguments["children"]["a"].arguments
    assert reader.written == [Written("a", "weight", Normal(2.0))]


def test_gluons_spelling_is_the_same(reader):
    reader.block({"block": "dense", "units": 3, "bias_initializer": "zeros"}, "k", "a")
    assert reader.written == [Written("a", "bias", Zeros())]


def test_what_repeats_is_written_on_every_copy(reader):
    inner = {"block": "dense", "units": 3, "init": {"weight": "zeros"}}
    reader.block({"block": "repeat", "count": 2, "of": inner}, "k", "body")
    assert reader.written == [Written("body.*", "weight", Zeros())]


@pytest.mark.parametrize("name", ["prefix", "params"])
def test_a_config_cannot_name_a_blocks_prefix_or_share_its_parameters(reader, name):
    with pytest.raises(UnknownNameError, match=f"layer 'dense': '{name}'"):
        reader.block({"block": "dense", "units": 3, name: "x"}, "k", "")


def test_an_unknown_layer_is_refused_with_the_nearest_and_its_key(reader):
    with pytest.raises(UnknownNameError, match="Did you mean 'dense'") as error:
        reader.block({"block": "dence"}, "model.children.a", "a")
    assert error.value.full().endswith("in model.children.a")


def test_a_node_without_a_block_says_how_to_name_one(reader):
    with pytest.raises(ConfigError, match=r"model is no block: .* model\.block=dense"):
        reader.root({"units": 3}, "")


def test_a_key_that_nothing_refers_to_is_refused(reader):
    sized = {**TREE, "width": 3}
    assert reader.root(sized, "units: ${model.width}").cls is Sequential
    with pytest.raises(UnknownNameError, match="which nothing uses: 'width'"):
        reader.root(sized, "units: 3")


def test_a_tie_needs_both_its_ends_and_no_more():
    both = {"parameter": "a.weight", "to": "b.weight"}
    (tie,) = read_ties({"t": both})
    assert (tie.name, tie.parameter, tie.to) == ("t", "a.weight", "b.weight")
    for node in ({"to": "a"}, {**both, "also": "c"}, "a.weight"):
        with pytest.raises(ConfigError, match=r"model\.ties\.t needs `parameter` and `to`"):
            read_ties({"t": node})
