"""A loss that is no finite number ends the training, and says where it came from."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nn
from initlab.autograd import Tensor
from initlab.nd.random import Streams
from initlab.optim import SGD
from initlab.training import Divergence, evaluate, locate, train
from initlab.tree import parameters

X = np.array([[1.0, 1.0]], np.float32)


def steps_of(net, data, lr, epochs=10, batch_size=1, loss=None):
    stepper = SGD(lr=lr).bind(list(parameters(net).values()), total=100)
    loss = loss or nn.L2Loss()
    return list(train(net, loss, stepper, data, Streams(0), epochs=epochs, batch_size=batch_size))


def test_the_block_where_numbers_overflow_is_named(dense, regression):
    # 1e30 * 2 fits, its product with 1e30 does not
    net = dense(np.full((2, 2), 1e30), np.full((2, 2), 1e30), np.full((1, 2), 1e30))
    (step,) = steps_of(net, regression(X, [[0]]), lr=0.1)
    assert not step.finite
    assert step.divergence == Divergence(0, "1", "forward")
    assert str(step.divergence) == "first non-finite value in block '1' at step 0 (forward)"


@pytest.mark.parametrize("activation", ["relu", "tanh", "sigmoid"])
def test_the_layer_is_named_and_not_the_activation_that_passes_it_on(dense, activation):
    net = dense(np.ones((2, 2)), np.full((1, 2), 3e38), activation=activation)
    found = locate(net, 2 * X, step=0)
    overflows = activation == "relu"  # tanh and sigmoid of infinity are finite again
    assert found.block == ("1" if overflows else "")


def test_the_update_that_made_a_parameter_infinite_is_named(dense, regression):
    # w = 1, y = -1e18: the loss is 5e35, the gradient 1e18; times 1e30 it is infinite
    net = dense([[1.0]])
    steps = steps_of(net, regression([[1.0]], [[-1e18]]), lr=1e30)
    assert [s.finite for s in steps] == [True, False]
    assert steps[-1].divergence == Divergence(0, "0", "update")


def test_a_parameter_drawn_infinite_is_no_update_s_fault(dense):
    net = dense([[1.0, 1.0], [1.0, 1.0]], [[np.inf, 1.0]])
    assert locate(net, X, step=0) == Divergence(0, "1", "initialization")


def test_a_loss_that_overflows_by_itself_names_no_block(dense, regression):
    net = dense([[1.0]])
    (step,) = steps_of(net, regression([[1.0]], [[1e30]]), lr=0.1)
    assert step.divergence == Divergence(0, "", "forward")
    assert str(step.divergence) == "first non-finite value in the loss at step 0 (forward)"


def test_the_branch_of_a_residual_is_named_before_its_sum(dense):
    inner = nn.Sequential()
    inner.add(nn.Dense(2, in_units=2, use_bias=False), nn.Dense(2, in_units=2, use_bias=False))
    net = nn.Sequential()
    net.add(nn.Residual(inner), nn.Dense(1, in_units=2))
    net.initialize()
    net(Tensor(X))
    for layer in inner:
        layer.weight.set_data(np.full((2, 2), 1e30, np.float32))
    assert locate(net, X, 0) == Divergence(0, "0.body.1", "forward")


def test_a_sum_of_finite_parts_that_overflows_is_the_residual_s():
    net = nn.Sequential()
    net.add(nn.Residual(nn.Dense(2, in_units=2, use_bias=False)))
    net.initialize()
    net(Tensor(X))
    net[0].body.weight.set_data(np.eye(2, dtype=np.float32))
    assert locate(net, 3e38 * X, 0) == Divergence(0, "0", "forward")


def test_the_batch_that_overflowed_is_the_one_looked_at(dense, regression):
    # one sample of six is too large, wherever the seed puts it
    x = np.ones((6, 2))
    x[4] = 1e38
    net = dense([[4.0, 4.0]])
    steps = steps_of(net, regression(x, np.zeros((6, 1))), lr=0.0)
    assert 1 <= len(steps) <= 6
    assert steps[-1].divergence == Divergence(steps[-1].number, "0", "forward")


@pytest.mark.parametrize("lr", [1e3, 1e10, 1e30, 1e38])
@pytest.mark.parametrize("residual", [False, True])
def test_any_learning_rate_too_large_ends_in_a_result_and_raises_nothing(lr, residual, regression):
    rng = np.random.default_rng(0)
    net = nn.Sequential()
    body = nn.Dense(8, activation="relu", in_units=8)
    net.add(nn.Residual(body) if residual else body, nn.Dense(1, in_units=8))
    net.initialize()
    data = regression(rng.standard_normal((20, 8)), rng.standard_normal((20, 1)))
    steps = steps_of(net, data, lr, epochs=200, batch_size=10)
    assert [s.number for s in steps] == list(range(len(steps)))
    assert all(s.finite and s.divergence is None for s in steps[:-1])
    last = steps[-1]
    assert not last.finite
    assert last.divergence.step in (last.number, last.number - 1)
    assert last.divergence.block in ("0", "0.body", "1", "")
    evaluate(net, nn.L2Loss(), data.test_x, data.test_y)


def test_a_step_without_finite_loss_updates_nothing(dense, regression):
    net = dense(np.full((2, 2), 1e30), np.full((1, 2), 1e30))
    before = [np.array(p.data()) for p in parameters(net).values()]
    steps_of(net, regression(X, [[0]]), lr=0.1)
    for now, then in zip(parameters(net).values(), before, strict=True):
        np.testing.assert_array_equal(np.asarray(now.data()), then)


def test_finite_numbers_have_no_divergence_anywhere(dense, regression):
    steps = steps_of(dense([[1.0]]), regression([[1.0]], [[0.0]]), lr=0.1)
    assert len(steps) == 10
    assert all(s.finite and s.divergence is None for s in steps)
