from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, pause, record, train_mode
from initlab.errors import BadValueError, ShapeError
from initlab.tree import resolve_shapes

RNG = np.random.default_rng(0)
X = RNG.normal(3, 2, (4, 3, 5, 2))
SMALL = np.arange(12).reshape(4, 3) ** 1.5 / 5


def layer(x=X, **options):
    made = nn.BatchNorm(**options)
    made.initialize()
    made.cast("float64")
    resolve_shapes(made, np.asarray(x, np.float64))
    with pause():
        made(wide(x))
    return made


def wide(x):
    return nd.array(x, dtype="float64")


def train(made, x):
    with record():
        return made(wide(x))


@pytest.mark.parametrize("axis", [1, -1, 0])
def test_in_training_each_channel_has_mean_0_and_variance_1(axis):
    y = np.asarray(train(layer(axis=axis, epsilon=0), X))
    others = tuple(i for i in range(4) if i != axis % 4)
    assert_allclose(y.mean(others), 0, atol=1e-12)
    assert_allclose(y.var(others), 1, rtol=1e-12)


def test_a_recorded_training_pass_moves_the_running_moments_by_the_biased_ones():
    made = layer()
    train(made, X)
    assert_allclose(made.running_mean.data(), 0.1 * X.mean((0, 2, 3)), rtol=1e-12)
    assert_allclose(made.running_var.data(), 0.9 + 0.1 * X.var((0, 2, 3)), rtol=1e-12)
    train(made, X)
    assert_allclose(made.running_mean.data(), 0.19 * X.mean((0, 2, 3)), rtol=1e-12)


def test_the_worked_numbers_of_mxnet():
    made = layer(SMALL)
    train(made, SMALL)
    assert_allclose(made.running_mean.data(), [0.23447, 0.29572, 0.3656], atol=5e-6)
    assert_allclose(made.running_var.data(), [1.32226, 1.43353, 1.5394], atol=5e-6)
    plus_one = train(layer(SMALL, scale=False, center=False, beta_initializer="ones"), SMALL)
    assert_allclose(np.asarray(plus_one)[0], [-0.1410079, -0.1936657, -0.2221067], atol=2e-6)


@pytest.mark.parametrize("mode", [pause, lambda: record(train_mode=False)])
def test_outside_training_the_running_moments_serve_and_stay(mode):
    made = layer()
    made.running_mean.set_data([1.0, 2, 3])
    made.running_var.set_data([4.0, 9, 16])
    with mode():
        y = made(wide(X))
    mean, std = (np.array(v).reshape(3, 1, 1) for v in ([1, 2, 3], [4, 9, 16]))
    assert_allclose(y, (X - mean) / np.sqrt(std + 1e-5), rtol=1e-12)
    assert_array_equal(made.running_mean.data(), [1, 2, 3])


def test_a_training_pass_that_is_not_recorded_moves_nothing():
    made = layer()
    with train_mode():
        made(wide(X))
    assert_array_equal(made.running_mean.data(), np.zeros(3))


def test_global_statistics_serve_in_training_too():
    made = layer(use_global_stats=True)
    assert_allclose(train(made, X), X / np.sqrt(1 + 1e-5), rtol=1e-12)
    assert_array_equal(made.running_mean.data(), np.zeros(3))


def test_without_scale_gamma_is_1_whatever_it_was():
    made = layer(scale=False, gamma_initializer="normal")
    assert_array_equal(made.gamma.data(), np.ones(3))
    made.gamma.grad_req = "write"
    assert made.gamma.grad_req == "null"


def test_without_center_beta_is_added_but_not_trained():
    made = layer(center=False, beta_initializer="ones")
    assert_allclose(np.asarray(train(made, X)).mean((0, 2, 3)), 1, rtol=1e-12)
    assert made.beta.grad_req == "null"


def test_its_gradients_are_those_of_central_differences():
    def normed(x, gamma, beta):
        return nd.normalize(x, gamma, beta, (0, 2), 1, 1e-5)

    check_gradients(normed, X[..., 0], RNG.standard_normal(3), RNG.standard_normal(3))


def test_the_layers_gradients_reach_gamma_beta_and_input():
    made, x = layer(), wide(X)
    made.gamma.set_data([2.0, -1, 0.5])
    x.attach_grad()
    with record():
        y = made(x)
    y.backward()
    assert_array_equal(made.beta.grad(), np.full(3, 40))
    assert_allclose(made.gamma.grad(), 0, atol=1e-10)  # normalized values sum to nothing
    assert_allclose(x.grad, 0, atol=1e-10)


def test_it_sees_its_channels_at_the_first_batch_and_prints_as_gluon_prints_it():
    made = nn.BatchNorm(scale=False)
    shown = "axis=1, eps=1e-05, momentum=0.9, fix_gamma=True, use_global_stats=False, in_channels"
    assert repr(made) == f"BatchNorm({shown}=None)"
    made.initialize()
    made(nd.array(X))
    assert repr(made) == f"BatchNorm({shown}=3)"
    assert list(made.collect_params()) == [
        f"batchnorm0_{name}" for name in ("gamma", "beta", "running_mean", "running_var")
    ]
    assert [p.role for p in made.own_parameters.values()] == ["gain", "bias", "other", "other"]


def test_half_precision_keeps_its_moments_in_single():
    made = nn.BatchNorm(in_channels=3)
    made.cast("float16")
    assert made.running_var.dtype == "float32"


def test_what_cannot_be_is_refused():
    with pytest.raises(BadValueError, match=r"momentum from 0 to 1, got 1\.5"):
        nn.BatchNorm(momentum=1.5)
    with pytest.raises(ShapeError, match=r"shape \(4,\) has no axis 1 to normalize"):
        layer()(wide(np.ones(4)))
    with pytest.raises(ShapeError, match=r"\(2, 4\) has 4 values on axis 1, but gamma .* takes 3"):
        layer()(wide(np.ones((2, 4))))


@pytest.mark.peers
def test_outputs_gradients_and_the_running_mean_are_torchs():
    import torch

    peer_layer = torch.nn.BatchNorm2d(3, dtype=torch.float64)
    peer = torch.tensor(X, requires_grad=True)
    expected = peer_layer(peer) ** 3
    expected.sum().backward()
    made, x = layer(), wide(X)
    x.attach_grad()
    with record():
        y = made(x) ** 3
    y.backward()
    assert_allclose(y, expected.detach().numpy(), rtol=1e-9, atol=1e-12)
    assert_allclose(x.grad, peer.grad.numpy(), rtol=1e-6, atol=1e-9)
    assert_allclose(made.gamma.grad(), peer_layer.weight.grad.numpy(), rtol=1e-8)
    assert_allclose(made.running_mean.data(), peer_layer.running_mean.numpy(), rtol=1e-9)
