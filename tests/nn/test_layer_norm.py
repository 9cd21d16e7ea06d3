from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadValueError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.normal(3, 5, (4, 6, 5))


def layer(**options):
    made = nn.LayerNorm(**options)
    made.initialize()
    made.cast("float64")
    return made


def wide(x):
    return nd.array(x, dtype="float64")


@pytest.mark.parametrize("axis", [-1, 1, 0, 2, -3])
def test_at_first_the_output_has_mean_0_and_variance_1_along_the_axis(axis):
    y = np.asarray(layer(axis=axis, epsilon=0)(wide(X)))
    assert_allclose(y.mean(axis), 0, atol=1e-12)
    assert_allclose(y.var(axis), 1, rtol=1e-12)


def test_epsilon_stands_inside_the_root():
    # the variance of (-1, 1) is 1, so with epsilon 3 the root is 2
    assert_array_equal(layer(epsilon=3)(wide([[-1, 1]])), [[-0.5, 0.5]])


@pytest.mark.parametrize("axis", [-1, 1])
def test_gamma_and_beta_scale_and_shift_along_the_axis(axis):
    made = layer(axis=axis)
    made(wide(X))
    n = X.shape[axis]
    gamma, beta = RNG.standard_normal((2, n))
    made.gamma.set_data(gamma)
    made.beta.set_data(beta)
    along = (1, n, 1) if axis == 1 else (n,)
    z = (X - X.mean(axis, keepdims=True)) / np.sqrt(X.var(axis, keepdims=True) + 1e-5)
    expected = z * gamma.reshape(along) + beta.reshape(along)
    assert_allclose(made(wide(X)), expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("axis", [-1, 0])
def test_its_gradients_are_those_of_central_differences(axis):
    n = (3, 4)[axis]
    check_gradients(
        lambda x, gamma, beta: nd.layer_norm(x, gamma, beta, axis, 1e-5),
        RNG.standard_normal((3, 4)),
        RNG.standard_normal(n),
        RNG.standard_normal(n),
    )


def test_the_layer_gives_its_parameters_their_gradients():
    made = layer()
    x = wide(X)
    x.attach_grad()
    with record():
        y = made(x)
    y.backward()
    assert_array_equal(made.beta.grad(), np.full(5, 24))
    assert_allclose(made.gamma.grad(), np.asarray(y).sum((0, 1)), rtol=1e-10)
    assert_allclose(x.grad, 0, atol=1e-12)  # the sum of the output does not depend on x


def test_without_scale_or_center_gamma_and_beta_are_frozen():
    made = nn.LayerNorm(scale=False, center=False)
    assert (made.gamma.grad_req, made.beta.grad_req) == ("null", "null")


def test_gamma_is_a_gain_and_beta_a_bias_with_their_own_initializers():
    made = nn.LayerNorm(in_channels=3)
    made.initialize(init="normal")
    assert (made.gamma.role, made.beta.role) == ("gain", "bias")
    assert_array_equal(made.gamma.data(), np.ones(3))
    assert_array_equal(made.beta.data(), np.zeros(3))


def test_it_prints_as_gluon_prints_it():
    assert (
        repr(nn.LayerNorm())
        == "LayerNorm(eps=1e-05, axis=-1, center=True, scale=True, in_channels=0)"
    )


@pytest.mark.peers
def test_outputs_and_gradients_are_torchs():
    import torch

    peer = torch.tensor(X, requires_grad=True)
    expected = torch.nn.functional.layer_norm(peer, (5,), eps=1e-5) ** 2
    expected.sum().backward()
    x = wide(X)
    x.attach_grad()
    with record():
        y = layer()(x) ** 2
    y.backward()
    assert_allclose(y, expected.detach().numpy(), rtol=1e-10)
    assert_allclose(x.grad, peer.grad.numpy(), rtol=1e-6, atol=1e-9)


def test_an_axis_of_another_length_is_refused_with_both():
    with pytest.raises(
        ShapeError,
        match=r"shape \(2, 5\) has 5 values on axis -1, but gamma of shape \(4,\) takes 4",
    ) as caught:
        layer(in_channels=4)(wide(np.ones((2, 5))))
    assert "LayerNorm(eps=1e-05" in caught.value.__notes__[0]


@pytest.mark.parametrize("axis", [2, -3])
def test_an_axis_that_the_input_lacks_is_refused(axis):
    with pytest.raises(ShapeError, match=rf"\(2, 5\) has no axis {axis} to normalize.*Choose axis"):
        layer(axis=axis)(wide(np.ones((2, 5))))


def test_negative_channels_are_refused():
    with pytest.raises(BadValueError, match=r"cannot be negative, got \(-1,\); 0 is unknown"):
        nn.LayerNorm(in_channels=-1)
