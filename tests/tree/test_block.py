from __future__ import annotations

import re

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import init, nd, nn
from initlab.autograd import is_recording, record
from initlab.errors import (
    BadTypeError,
    DeferredInitializationError,
    NameTakenError,
    NotInitializedError,
    ShapeError,
    UnknownNameError,
)
from initlab.tree import Block, Parameter


class Scale(Block):
    """x times a factor of its own."""

    def __init__(self, **names):
        super().__init__(**names)
        self.factor = self.params.get("factor", shape=(1,), init="ones", role="gain")

    def forward(self, x):
        return x * self.factor.data()


class Net(Block):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential()
        self.body.add(nn.Dense(4, activation="relu"), nn.Dense(3))
        self.scale = Scale()

    def forward(self, x):
        return self.scale(self.body(x))


def ones(*shape):
    return nd.array(np.ones(shape))


# ---- the tree
def test_attributes_that_are_blocks_or_parameters_make_the_tree():
    net = Net()
    assert list(net.children) == ["body", "scale"]
    assert list(net.scale.own_parameters) == ["factor"]
    assert list(net.collect_params()) == [
        "dense0_weight", "dense0_bias", "dense1_weight", "dense1_bias", "scale0_factor",
    ]  # fmt: skip


def test_it_prints_its_children_indented_by_two():
    assert repr(Net()) == (
        "Net(\n"
        "  (body): Sequential(\n"
        "    (0): Dense(None -> 4, Activation(relu))\n"
        "    (1): Dense(None -> 3, linear)\n"
        "  )\n"
        "  (scale): Scale(\n"
        "  \n"
        "  )\n"
        ")"
    )
    assert repr(Block()) == "Block(\n\n)"


def test_a_block_that_is_replaced_by_one_of_its_kind_keeps_its_place():
    net = Net()
    net.body = nn.Repeat(1, lambda: nn.Dense(2))
    assert list(net.children) == ["body", "scale"]
    assert net.children["body"] is net.body


@pytest.mark.parametrize("value", [None, 3, "dense", Block()])
def test_a_block_or_parameter_cannot_become_something_else(value):
    net = Net()
    kind = type(value).__name__
    with pytest.raises(BadTypeError, match=rf"Net\.body is a Sequential .*become a {kind}: "):
        net.body = value
    with pytest.raises(BadTypeError, match=rf"Scale\.factor is a Parameter .*become a {kind}: "):
        net.scale.factor = value


def test_another_parameter_in_a_parameters_place_is_refused_with_the_ways_to_share():
    net = Scale()
    kept = net.factor
    with pytest.raises(
        NameTakenError, match=r"Scale\.factor is already a Parameter\..*params=.*tree\.tie"
    ):
        net.factor = Parameter("other", shape=(1,))
    assert net.factor is net.own_parameters["factor"] is kept


def test_a_parameter_assigned_without_params_get_is_collected_and_initialized():
    net = Block()
    net.free = Parameter("free", shape=(2,))
    net.initialize(init="ones")
    assert_array_equal(net.free.data(), [1, 1])


def test_two_parameters_of_one_name_in_one_block_are_refused():
    net = Block()
    net.a = Parameter("w", shape=(1,))
    with pytest.raises(NameTakenError, match="Two different Parameters are named 'w'"):
        net.b = Parameter("w", shape=(2,))
    assert list(net.own_parameters) == ["a"]


@pytest.mark.parametrize(
    ("child", "hint"), [(3, ""), (nn.Dense, r" \(a class: call it\)"), (np.tanh, "")]
)
def test_what_is_no_block_cannot_be_registered(child, hint):
    with pytest.raises(
        BadTypeError, match=rf"^Only Blocks can be part of Sequential, got .*{hint}\.$"
    ):
        nn.Sequential().register_child(child)


def test_children_are_numbered_unless_they_are_named():
    net = Block()
    net.register_child(nn.Flatten())
    net.register_child(nn.Flatten(), "flat")
    assert list(net.children) == ["0", "flat"]


# ---- collecting
def test_the_expression_is_matched_from_the_names_start():
    net = Net()
    assert list(net.collect_params("dense0")) == ["dense0_weight", "dense0_bias"]
    assert list(net.collect_params("weight")) == []
    assert list(net.collect_params(".*weight|scale")) == [
        "dense0_weight", "dense1_weight", "scale0_factor",
    ]  # fmt: skip
    assert len(net.collect_params("")) == 5


def test_an_expression_that_is_none_is_refused():
    with pytest.raises(re.error, match="unterminated"):
        Net().collect_params("dense[")


def test_two_parameters_of_one_name_in_a_net_are_refused_when_collecting():
    net = nn.Sequential()
    net.add(nn.Dense(2, prefix="a_"), nn.Dense(3, prefix="a_"))
    with pytest.raises(NameTakenError, match=r"are named 'a_weight'\. Give .* another prefix"):
        net.collect_params()
    assert list(net.collect_params("b_")) == []


@pytest.mark.parametrize(
    "container",
    [list, tuple, lambda items: dict(enumerate(items)), lambda items: {"deep": [items]}],
)
def test_blocks_hidden_in_a_container_are_warned_of(container):
    net = Block()
    net.layers = container([nn.Dense(2)])
    with pytest.warns(
        UserWarning, match=r"Block\.layers is a .* with Blocks in it.*nn\.Sequential or register_"
    ):
        assert len(net.collect_params()) == 0


def test_blocks_in_a_container_that_are_registered_too_are_no_surprise():
    net = Block()
    net.layers = [nn.Dense(2)]
    net.register_child(net.layers[0])
    assert len(net.collect_params()) == 2


# ---- initializing
def test_initialize_reaches_all_and_leaves_those_with_their_own():
    net = Net()
    net.initialize(init=init.Constant(2))
    net(ones(1, 5))
    assert_array_equal(net.body[0].weight.data(), np.full((4, 5), 2))
    assert_array_equal(net.body[0].bias.data(), np.zeros(4))
    assert_array_equal(net.scale.factor.data(), [1])


def test_initializing_a_net_again_warns_and_changes_nothing_unless_forced():
    layer = nn.Dense(1, in_units=1, use_bias=False)
    layer.initialize(init="ones")
    for again in (layer, layer.collect_params()):
        with pytest.warns(UserWarning, match="'dense0_weight' is already initialized, ignoring"):
            again.initialize(init="zeros")
    assert_array_equal(layer.weight.data(), [[1]])
    layer.initialize(init="zeros", force_reinit=True)
    assert_array_equal(layer.weight.data(), [[0]])


def test_an_unknown_initializer_is_refused_before_anything_is_lost():
    layer = nn.Dense(2, in_units=2)
    layer.initialize(init="ones")
    with pytest.raises(UnknownNameError, match=r"Unknown initializer 'onse'.*Did you mean 'one'"):
        layer.initialize(init="onse", force_reinit=True)
    assert_array_equal(layer.weight.data(), np.ones((2, 2)))


def test_before_the_first_forward_pass_biases_have_data_and_weights_do_not():
    net = nn.Sequential()
    net.add(nn.Dense(256, activation="relu"), nn.Dense(10))
    net.initialize()
    assert [p.shape for p in net.collect_params().values()] == [(256, 0), (256,), (10, 0), (10,)]
    assert_array_equal(net[0].bias.data(), np.zeros(256))
    with pytest.raises(DeferredInitializationError, match="'dense0_weight'"):
        net[0].weight.data()
    net(ones(2, 20))
    assert [p.shape for p in net.collect_params(".*weight").values()] == [(256, 20), (10, 256)]


def test_a_net_that_nobody_initialized_says_to():
    with pytest.raises(NotInitializedError, match=r"'dense0_\w+' .*net\.initialize\(\)"):
        nn.Dense(2)(ones(1, 3))


def test_a_pass_before_initialize_leaves_the_shapes_open():
    for layer in (nn.Dense(2), nn.LayerNorm()):
        before = [p.shape for p in layer.collect_params().values()]
        with pytest.raises(NotInitializedError, match="has not been initialized"):
            layer(ones(1, 3))
        assert [p.shape for p in layer.collect_params().values()] == before


def test_a_parameter_added_after_the_first_pass_settles_at_the_next():
    net = Scale()
    net.initialize()
    net(ones(1, 2))
    net.late = Parameter("late", shape=(0,), allow_deferred_init=True)
    net.late.initialize("ones")
    net.late.shape = (2,)
    net(ones(1, 2))
    assert_array_equal(net.late.data(), [1, 1])


def test_only_layers_that_are_called_settle():
    net = Net()
    net.initialize()
    net.body[0](ones(1, 5))
    assert net.body[0].weight.settled
    assert not net.body[1].weight.settled


def test_the_draw_within_a_recorded_first_pass_is_not_recorded():
    seen = []

    class Watch(init.Initializer):
        def _init_weight(self, name, data):
            seen.append(is_recording())
            data[:] = 1

    layer = nn.Dense(1)
    layer.initialize(init=Watch())
    with record():
        y = layer(nd.array([[2, 3]]))
    y.backward()
    assert seen == [False]
    assert_array_equal(layer.weight.grad(), [[2, 3]])


def test_cast_reaches_all_and_the_output_follows():
    net = Net()
    net.initialize()
    net.cast("float64")
    assert net(nd.array(np.ones((1, 5)), dtype="float64")).dtype == np.float64
    assert all(p.data().dtype == np.float64 for p in net.collect_params().values())


def test_apply_meets_children_before_parents_and_returns_the_net():
    net, met = Net(), []
    assert net.apply(lambda block: met.append(block.name)) is net
    assert met == ["dense0_relu", "dense0", "dense1", "sequential0", "scale0", "net0"]


# ---- calling
def test_a_block_without_forward_says_so():
    with pytest.raises(NotImplementedError, match=r"Block is a Block without forward\(\)"):
        Block()(1)


@pytest.mark.parametrize("given", [None, [[1.0, 2.0]], "x", 3])
@pytest.mark.parametrize("in_units", [0, 2])
def test_an_input_that_is_no_array_is_refused(given, in_units):
    layer = nn.Dense(2, in_units=in_units)
    layer.initialize()
    with pytest.raises(BadTypeError, match=r"dense0 takes arrays, got .*: write nd\.array"):
        layer(given)


def test_an_attribute_that_a_block_itself_misses_is_not_the_inputs_fault():
    class Wrong(Block):
        def forward(self, x):
            return x * self.nothing

    with pytest.raises(AttributeError, match="'nothing'"):
        Wrong()(ones(1, 2))


def test_an_input_that_does_not_fit_is_refused_with_the_way_to_the_layer():
    net = Net()
    net.initialize()
    net(ones(1, 5))
    with pytest.raises(
        ShapeError, match=r"shape \(1, 6\) gives rows of 6 values, .*\(4, 5\) takes 5"
    ) as caught:
        net(ones(1, 6))
    assert caught.value.__notes__ == [
        "in dense0: Dense(5 -> 4, Activation(relu))",
        "at body.0 of net0",
    ]


def test_a_layer_in_a_row_that_is_one_call_is_named_all_the_same():
    net = nn.Sequential()
    net.add(*(nn.Dense(3, in_units=3) for _ in range(3)))
    net.initialize()
    net(ones(1, 3))
    net[2]._parameters["weight"] = net[2].weight = nn.Dense(3, in_units=7).weight
    net[2].weight.initialize()
    with pytest.raises(ShapeError) as caught:
        net(ones(1, 3))
    assert caught.value.__notes__ == ["in dense2: Dense(7 -> 3, linear)", "at 2 of sequential0"]
