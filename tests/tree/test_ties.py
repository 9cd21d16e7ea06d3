from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import init, nd, nn
from initlab.autograd import record
from initlab.errors import BadValueError, ShapeError, TieError, UnknownNameError
from initlab.tree import parameters, slots, tie


def pair(**second):
    """Return two linear layers of one unit each, without bias."""
    net = nn.Sequential()
    net.add(
        nn.Dense(1, in_units=1, use_bias=False),
        nn.Dense(1, **{"in_units": 1, "use_bias": False} | second),
    )
    return net


def by_params():
    net = nn.Sequential()
    first = nn.Dense(1, in_units=1, use_bias=False)
    net.add(first, nn.Dense(1, use_bias=False, params=first.params))
    return net


def by_tie():
    net = pair()
    tie(net, parameter="1.weight", to="0.weight")
    return net


both_ways = pytest.mark.parametrize("tied", [by_params, by_tie])


@both_ways
def test_tied_layers_hold_one_parameter_that_is_listed_once(tied):
    net = tied()
    assert net[0].weight is net[1].weight
    assert list(net.collect_params()) == ["dense0_weight"]
    assert list(parameters(net)) == ["0.weight"]
    assert net[1].params["dense0_weight"] is net[0].weight
    assert [(slot.path, slot.aliases) for slot in slots(net)] == [("0.weight", ("1.weight",))]


@both_ways
def test_what_is_written_to_one_is_read_from_the_other(tied):
    net = tied()
    net.initialize()
    net[1].weight.data()[0, 0] = 100
    assert net[0].weight.data()[0, 0] == 100


@both_ways
def test_the_gradient_is_the_sum_over_both_uses(tied):
    net = tied()
    net.initialize(init=init.Constant(3))
    for _ in range(2):  # 'write' overwrites between passes, and sums within one
        with record():
            y = net(nd.array([[2]]))  # w (w x) = w^2 x
        y.backward()
        assert_array_equal(net[0].weight.grad(), [[2 * 3 * 2]])  # 2 w x


@both_ways
def test_initializing_again_through_either_changes_both_and_a_net_draws_it_once(tied):
    drawn = []

    class Counts(init.Initializer):
        def _init_weight(self, name, data):
            drawn.append(name)
            data[:] = len(drawn)

    net = tied()
    net.initialize(init=Counts())
    assert drawn == ["dense0_weight"]
    net[1].initialize(init=Counts(), force_reinit=True)
    assert_array_equal(net[0].weight.data(), [[2]])


def test_a_tied_parameter_that_waits_for_its_shape_is_drawn_once():
    drawn = []

    class Counts(init.Initializer):
        def _init_weight(self, name, data):
            drawn.append(name)
            data[:] = len(drawn)

    first = nn.Dense(2, use_bias=False)
    net = nn.Sequential()
    net.add(first, nn.Dense(2, use_bias=False, params=first.params))
    net.initialize(init=Counts())
    net(nd.array(np.ones((1, 2))))
    assert drawn == ["dense0_weight"]


def test_the_gradient_equals_the_untied_gradients_added():
    rng = np.random.default_rng(0)
    W, x = rng.standard_normal((4, 4)), rng.standard_normal((3, 4))
    tied, apart = nn.Sequential(), nn.Sequential()
    for net in (tied, apart):
        for _ in range(2):
            net.add(nn.Dense(4, "tanh", use_bias=False, dtype="float64", in_units=4))
    tie(tied, "1.weight", to="0.weight")
    for net in (tied, apart):
        net.initialize()
        for parameter in parameters(net).values():
            parameter.set_data(W)
        with record():
            y = net(nd.array(x, dtype="float64"))
        y.backward()
    # by hand: h = tanh(x W'), y = tanh(h W'), d sum(y)/dW with s' = 1 - s^2
    h = np.tanh(x @ W.T)
    last = 1 - np.tanh(h @ W.T) ** 2
    second, first = last.T @ h, ((last @ W) * (1 - h**2)).T @ x
    assert_allclose(apart[0].weight.grad(), first)
    assert_allclose(apart[1].weight.grad(), second)
    assert_allclose(tied[0].weight.grad(), first + second)


def test_the_chapters_tied_net_has_330_values_of_which_72_are_used_twice():
    net = nn.Sequential()
    shared = nn.Dense(8, activation="relu")
    net.add(
        nn.Dense(8, activation="relu"),
        shared,
        nn.Dense(8, activation="relu", params=shared.params),
        nn.Dense(10),
    )
    net.initialize()
    net(nd.array(np.ones((2, 20))))
    found = parameters(net)
    assert len(found) == 6
    assert sum(p.data().size for p in found.values()) == 330
    aliased = [slot for slot in slots(net) if slot.aliases]
    assert sum(np.prod(slot.spec.shape) for slot in aliased) == 72


def test_a_decoder_shares_the_embedding_table_by_params():
    embedding = nn.Embedding(7, 3)
    decoder = nn.Dense(7, params=embedding.params, use_bias=False)
    assert decoder.weight is embedding.weight
    assert embedding.weight.role == "embedding"
    embedding.initialize(init="ones")
    assert_array_equal(decoder(embedding([1, 2])), np.full((2, 7), 3))


def test_a_bias_on_one_side_only_is_that_sides_own():
    first = nn.Dense(2, in_units=2, use_bias=False)
    second = nn.Dense(2, params=first.params)
    assert list(first.collect_params()) == ["dense0_weight"]
    assert list(second.collect_params()) == ["dense0_weight", "dense0_bias"]


def test_only_the_named_place_is_tied():
    net = nn.Sequential()
    net.add(nn.Dense(2, in_units=2), nn.Dense(2, in_units=2))
    tie(net, "1.weight", to="0.weight")
    assert net[1].bias is not net[0].bias
    assert list(parameters(net)) == ["0.weight", "0.bias", "1.bias"]


def test_a_layer_that_ran_settles_again_when_it_is_tied_to_one_that_waits():
    net = nn.Sequential()
    net.add(nn.Dense(2, in_units=2))
    net.initialize()
    net(nd.array(np.ones((1, 2))))
    late = nn.Dense(2, weight_initializer="ones")
    late.initialize()
    net.add(late)
    tie(net, "0.weight", to="1.weight")
    assert_array_equal(net(nd.array([[1, 2]])), [[6, 6]])  # 1 + 2 = 3, then 3 + 3


def test_tied_layers_of_different_input_sizes_are_refused_at_the_second_use():
    first = nn.Dense(3)
    second = nn.Dense(3, params=first.params)
    first.initialize()
    first(nd.array(np.ones((1, 5))))
    with pytest.raises(ShapeError, match=r"rows of 4 values, but the weight of shape \(3, 5\)"):
        second(nd.array(np.ones((1, 4))))


# ---- refusals
def test_units_that_conflict_are_refused_when_sharing_by_params():
    shared = nn.Dense(8)
    with pytest.raises(
        BadValueError, match=r"'dense0_weight' .* 'shape': desired '\(9, 0\)' vs stored '\(8, 0\)'"
    ):
        nn.Dense(9, params=shared.params)


def test_initializers_that_conflict_are_refused_and_equal_ones_are_not():
    shared = nn.Dense(8, weight_initializer=init.Normal(0.1))
    nn.Dense(8, params=shared.params, weight_initializer=init.Normal(0.1))
    with pytest.raises(
        BadValueError, match=r"'init': desired 'Normal\(.*0\.2.* vs stored 'Normal\(.*0\.1"
    ):
        nn.Dense(8, params=shared.params, weight_initializer=init.Normal(0.2))


def test_other_shapes_cannot_be_tied():
    with pytest.raises(
        TieError,
        match=r"Cannot tie '1\.weight' of shape \(1, 2\) to '0\.weight' of shape \(1, 1\): .* "
        r"Choose layers of equal sizes",
    ):
        tie(pair(in_units=2), "1.weight", to="0.weight")


def test_other_ranks_cannot_be_tied():
    net = nn.Sequential()
    net.add(nn.Dense(2))
    with pytest.raises(TieError, match=r"of shape \(2,\) to '0\.weight' of shape \(2, 0\)"):
        tie(net, "0.bias", to="0.weight")


def test_unknown_dimensions_fit_any():
    net = pair(in_units=0)
    tie(net, "1.weight", to="0.weight")
    assert net[1].weight.shape == (1, 1)


def test_other_precisions_cannot_be_tied():
    with pytest.raises(
        TieError, match=r"'1\.weight' \(float64\) to '0\.weight' \(float32\).*Cast one"
    ):
        tie(pair(dtype="float64"), "1.weight", to="0.weight")


def test_what_is_tied_cannot_be_tied_again_nor_to_itself():
    net = by_tie()
    for path in ("0.weight", "1.weight"):
        with pytest.raises(TieError, match=r"are one Parameter already, dense0_weight"):
            tie(net, path, to="0.weight")


@pytest.mark.parametrize("paths", [("1.wieght", "0.weight"), ("0.weight", "1.wieght")])
def test_a_path_that_holds_no_parameter_is_refused_with_the_nearest(paths):
    with pytest.raises(
        UnknownNameError, match=r"Unknown parameter path '1\.wieght'\. Did you mean '1\.weight'\?"
    ):
        tie(pair(), *paths)
