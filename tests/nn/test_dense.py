from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import init, nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadTypeError, BadValueError, ShapeError, UnknownNameError

RNG = np.random.default_rng(0)
X = RNG.standard_normal((5, 2, 3))


def layer(*args, **options):
    made = nn.Dense(*args, dtype="float64", **options)
    made.initialize(init=init.Normal(1))
    return made


def numbers(made):
    return np.asarray(made.weight.data()), np.asarray(made.bias.data())


def test_it_is_x_times_w_transposed_plus_b_by_hand():
    made = nn.Dense(2, in_units=2)
    made.initialize()
    made.weight.set_data([[1, 2], [3, 4]])
    made.bias.set_data([10, 20])
    assert_array_equal(made(nd.array([[1, 1], [0, 1]])), [[13, 27], [12, 24]])


def test_flatten_takes_all_axes_but_the_first_as_one_sample():
    made = layer(4, bias_initializer="ones")
    y = made(nd.array(X, dtype="float64"))
    W, b = numbers(made)
    assert W.shape == (4, 6)
    assert_allclose(y, X.reshape(5, 6) @ W.T + b, rtol=1e-12)


def test_without_flatten_only_the_last_axis_is_multiplied():
    made = layer(4, flatten=False, bias_initializer="ones")
    y = made(nd.array(X, dtype="float64"))
    W, b = numbers(made)
    assert W.shape == (4, 3)
    assert_allclose(y, np.einsum("nti,oi->nto", X, W) + b, rtol=1e-12)


def test_a_vector_is_a_column_of_samples():
    assert layer(3)(nd.array(np.ones(4), dtype="float64")).shape == (4, 3)


@pytest.mark.parametrize("activation", ["tanh", "softplus"])
@pytest.mark.parametrize("flatten", [True, False])
def test_its_gradients_are_those_of_central_differences(activation, flatten):
    made = layer(4, activation=activation, flatten=flatten, in_units=6 if flatten else 3)
    W, b = numbers(made)

    def run(x, w, b):
        y = nd.dense(x, w, b, flatten)
        return made.act(y)

    check_gradients(run, X, W, b)


def test_the_layer_records_the_gradients_that_the_formula_gives():
    made = layer(4, in_units=6)
    x = nd.array(X, dtype="float64")
    x.attach_grad()
    with record():
        y = made(x)
    g = RNG.standard_normal(y.shape)
    y.backward(nd.array(g, dtype="float64"))
    assert_allclose(made.weight.grad(), g.T @ X.reshape(5, 6), rtol=1e-12)
    assert_allclose(made.bias.grad(), g.sum(0), rtol=1e-12)
    assert_allclose(x.grad, (g @ numbers(made)[0]).reshape(X.shape), rtol=1e-12)


@pytest.mark.parametrize("frozen", ["weight", "bias"])
def test_a_frozen_parameter_leaves_the_others_gradient_right(frozen):
    made = layer(4, in_units=6)
    getattr(made, frozen).grad_req = "null"
    with record():
        y = made(nd.array(X, dtype="float64"))
    y.backward()
    if frozen == "weight":  # MXNet 1.9.1 returns 0 here
        assert_array_equal(made.bias.grad(), np.full(4, 5))
    else:
        assert_allclose(made.weight.grad(), np.tile(X.reshape(5, 6).sum(0), (4, 1)), rtol=1e-12)


def test_the_bias_keeps_its_zeros_unless_it_is_told_otherwise():
    first, second = nn.Dense(2, in_units=2), nn.Dense(2, in_units=2, bias_initializer=None)
    for made in (first, second):
        made.initialize(init="ones")
    assert_array_equal(first.bias.data(), [0, 0])
    assert_array_equal(second.bias.data(), [1, 1])


def test_without_bias_there_is_none():
    made = nn.Dense(2, use_bias=False)
    assert made.bias is None
    assert list(made.collect_params()) == [f"{made.name}_weight"]


def test_roles_and_fans_are_the_layers():
    made = nn.Dense(256, in_units=20)
    assert (made.weight.role, made.bias.role) == ("weight", "bias")
    assert (made.bias.in_axes, made.bias.out_axes) == ((), (0,))
    assert (made.weight.spec.fan_in, made.weight.spec.fan_out) == (20, 256)


def test_it_prints_as_gluon_prints_it():
    assert repr(nn.Dense(4)) == "Dense(None -> 4, linear)"
    assert repr(nn.Dense(4, "relu", in_units=3)) == "Dense(3 -> 4, Activation(relu))"


@pytest.mark.peers
def test_outputs_and_gradients_are_torchs():
    import torch

    made = layer(4, activation="tanh", in_units=6)
    peer = torch.nn.Linear(6, 4, dtype=torch.float64)
    with torch.no_grad():
        peer.weight.copy_(torch.tensor(numbers(made)[0]))
        peer.bias.zero_()
    expected = torch.tanh(peer(torch.tensor(X.reshape(5, 6))))
    expected.sum().backward()
    with record():
        y = made(nd.array(X, dtype="float64"))
    y.backward()
    assert_allclose(y, expected.detach().numpy(), rtol=1e-12)
    assert_allclose(made.weight.grad(), peer.weight.grad.numpy(), rtol=1e-12)
    assert_allclose(made.bias.grad(), peer.bias.grad.numpy(), rtol=1e-12)


@pytest.mark.parametrize("sizes", [{"units": -3}, {"units": 2, "in_units": -1}])
def test_sizes_that_are_not_positive_are_refused(sizes):
    shown = f"units={sizes['units']}, in_units={sizes.get('in_units', 0)}"
    with pytest.raises(
        BadValueError, match=rf"Dense needs units of at least 1 .*0: not known yet.*got {shown}"
    ):
        nn.Dense(**sizes)


def test_no_units_are_refused_at_the_first_pass():
    made = nn.Dense(0)
    made.initialize()
    with pytest.raises(BadValueError, match=r"Dense needs units of at least 1 .*got units=0"):
        made(nd.array(np.ones((2, 5))))


def test_units_are_whole_numbers():
    with pytest.raises(BadTypeError, match=r"must be whole numbers, got \(2\.5, 0\)"):
        nn.Dense(2.5)


def test_an_unknown_activation_is_refused_with_the_nearest():
    with pytest.raises(
        UnknownNameError, match=r"Unknown activation 'rleu'\. Did you mean 'relu'\? Known: elu, "
    ):
        nn.Dense(2, activation="rleu")


def test_an_input_of_another_width_is_refused_with_both_shapes_and_the_layer():
    made = nn.Dense(3, in_units=4, prefix="head_")
    made.initialize()
    with pytest.raises(
        ShapeError, match=r"shape \(2, 5\) gives rows of 5 values, but .*\(3, 4\) takes 4"
    ) as caught:
        made(nd.array(np.ones((2, 5))))
    assert caught.value.__notes__ == ["in head: Dense(4 -> 3, linear)"]


def test_a_last_axis_of_another_width_is_refused_with_both_shapes_and_the_layer():
    made = nn.Dense(3, in_units=4, flatten=False, prefix="head_")
    made.initialize()
    with pytest.raises(
        ShapeError, match=r"shape \(2, 2, 6\) gives rows of 6 values, but .*\(3, 4\) takes 4"
    ) as caught:
        made(nd.array(np.ones((2, 2, 6))))
    assert caught.value.__notes__ == ["in head: Dense(4 -> 3, linear)"]
