from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import init, nd, nn
from initlab.autograd import record
from initlab.errors import BadTypeError, BadValueError, NameTakenError, ShapeError
from initlab.tree import parameters


def doubling():
    return nn.Dense(2, in_units=2, use_bias=False, weight_initializer=init.Identity(2))


@pytest.fixture
def net():
    made = nn.Sequential()
    made.add(nn.Dense(4), nn.Activation("relu"), nn.Dense(3))
    return made


# ---- Sequential
def test_blocks_run_one_after_the_other():
    net = nn.Sequential()
    net.add(doubling(), nn.Activation("relu"), doubling())
    net.initialize()
    assert_array_equal(net(nd.array([[-1, 3]])), [[0, 12]])


def test_an_empty_one_is_the_identity():
    x = nd.array([1, 2])
    assert nn.Sequential()(x) is x


def test_it_is_a_list_of_its_blocks(net):
    first, act, last = net
    assert len(net) == 3
    assert (net[0], net[1], net[-1]) == (first, act, last)
    assert act in net
    assert nn.Flatten() not in net


def test_a_slice_is_a_sequential_of_the_same_prefix_and_blocks_renumbered(net):
    part = net[1:]
    assert type(part) is nn.Sequential
    assert part.prefix == net.prefix
    assert list(part.children.items()) == [("0", net[1]), ("1", net[2])]
    assert nn.Sequential().name == "sequential1"  # the slice used no number up


def test_indices_are_refused_as_a_list_refuses_them(net):
    with pytest.raises(IndexError, match="list index out of range"):
        net[3]
    with pytest.raises(TypeError, match="list indices must be integers"):
        net["0"]


def test_add_numbers_blocks_or_takes_their_names():
    net = nn.Sequential()
    assert net.add(nn.Flatten(), head=nn.Dense(2)) is None
    assert list(parameters(net)) == ["head.weight", "head.bias"]
    assert list(net.children) == ["0", "head"]


def test_a_mapping_names_the_blocks_in_its_order():
    net = nn.Sequential({"body": nn.Dense(4), "head": nn.Dense(2)})
    assert list(net.children) == ["body", "head"]


def test_a_name_that_is_taken_is_refused_and_the_block_that_has_it_stays():
    first = nn.Dense(4)
    net = nn.Sequential({"1": first})
    with pytest.raises(
        NameTakenError, match=r"Sequential has a block '1' already: Dense\(.*another name"
    ):
        net.add(nn.Dense(2))
    with pytest.raises(NameTakenError, match=r"has a block '1' already"):
        net.add(**{"1": nn.Dense(2)})
    assert list(net.children.values()) == [first]


@pytest.mark.parametrize("children", [[nn.Flatten()], nn.Flatten(), "dense"])
def test_children_that_are_no_mapping_are_refused_with_how_to_add_them(children):
    with pytest.raises(
        BadTypeError, match=r"as a mapping of names, got .*net\.add\(block, block\)"
    ):
        nn.Sequential(children)


def test_what_is_no_block_is_refused_when_added_and_a_class_is_told_to_be_called():
    with pytest.raises(
        BadTypeError, match=r"Only Blocks can be part of Sequential, got <function relu"
    ):
        nn.Sequential().add(relu)
    with pytest.raises(BadTypeError, match=r"got <class .*Dense'> \(a class: call it\)"):
        nn.Sequential().add(nn.Dense)
    with pytest.raises(BadTypeError, match=r"got 3\.$"):
        nn.Sequential({"a": 3})


def relu(x):
    return np.maximum(x, 0)


# ---- Repeat
def test_repeat_makes_each_block_anew():
    net = nn.Repeat(3, lambda: nn.Dense(2))
    assert list(parameters(net)) == [f"{i}.{kind}" for i in range(3) for kind in ("weight", "bias")]
    assert len({id(block) for block in net}) == 3


def test_repeat_applies_its_blocks_in_turn():
    net = nn.Repeat(3, doubling)
    net.initialize()
    assert_array_equal(net(nd.array([[1, -1]])), [[8, -8]])


def test_repeating_nothing_is_the_identity():
    assert nn.Repeat(0, doubling)(5) == 5


def test_a_negative_count_is_refused():
    with pytest.raises(BadValueError, match=r"Repeat needs a count of at least 0, got -1\."):
        nn.Repeat(-1, doubling)


def test_a_factory_that_makes_no_block_is_refused():
    with pytest.raises(BadTypeError, match=r"Only Blocks can be part of Repeat, got 3\."):
        nn.Repeat(2, lambda: 3)


# ---- Residual
def test_residual_adds_its_input_to_its_body():
    net = nn.Residual(doubling())
    net.initialize()
    assert_array_equal(net(nd.array([[1, 2]])), [[3, 6]])


def test_the_gradient_of_residual_goes_both_ways():
    net = nn.Residual(doubling())
    net.initialize()
    x = nd.array([[1, 2]])
    x.attach_grad()
    with record():
        y = net(x)
    y.backward()
    assert_array_equal(x.grad, [[3, 3]])
    assert_array_equal(net.body.weight.grad(), [[1, 2], [1, 2]])


def test_the_body_is_reached_by_its_name():
    assert list(parameters(nn.Residual(nn.Dense(2)))) == ["body.weight", "body.bias"]


@pytest.mark.parametrize("units", [1, 3])
def test_a_body_of_another_shape_is_refused_even_if_it_would_broadcast(units):
    net = nn.Residual(nn.Dense(units))
    net.initialize()
    with pytest.raises(
        ShapeError, match=rf"shape \(2, 5\) .* output of shape \(2, {units}\): .* last layer to fit"
    ):
        net(nd.array(np.ones((2, 5))))


def test_a_body_that_is_no_block_is_refused():
    with pytest.raises(BadTypeError, match=r"Only Blocks can be part of Residual, got 5\."):
        nn.Residual(5)
