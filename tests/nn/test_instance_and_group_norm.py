from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadValueError, ShapeError

RNG = np.random.default_rng(0)
X = RNG.normal(3, 2, (2, 4, 3, 5))
WORKED = np.arange(24).reshape(2, 4, 3) ** 1.5 / 5  # what MXNet 1.9.1 makes of it stands below


def wide(x):
    return nd.array(x, dtype="float64")


def ready(made, x=X):
    made.initialize()
    made.cast("float64")
    made(wide(x))
    return made


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_instance_norm_takes_each_sample_and_channel_alone(axis):
    y = np.asarray(ready(nn.InstanceNorm(axis=axis, epsilon=0))(wide(X)))
    others = tuple(i for i in range(1, 4) if i != axis % 4)
    assert_allclose(y.mean(others), 0, atol=1e-12)
    assert_allclose(y.var(others), 1, rtol=1e-12)


def test_instance_norm_gives_mxnets_worked_numbers():
    first = np.asarray(ready(nn.InstanceNorm(), WORKED)(wide(WORKED)))[0, 0]
    assert_allclose(first, [-1.089602, -0.2357772, 1.3253791], atol=2e-6)
    first = np.asarray(ready(nn.InstanceNorm(axis=2), WORKED)(wide(WORKED)))[0, 0]
    assert_allclose(first, [-1.1410079, -1.1936657, -1.2221066], atol=2e-6)


def test_instance_norm_trains_its_bias_but_not_its_gain():
    made = nn.InstanceNorm(in_channels=2)
    assert (made.gamma.grad_req, made.beta.grad_req) == ("null", "write")
    assert repr(made) == "InstanceNorm(eps=1e-05, axis=1, center=True, scale=False, in_channels=2)"


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_group_norm_takes_each_sample_and_group_alone(groups):
    y = np.asarray(ready(nn.GroupNorm(groups, epsilon=0))(wide(X))).reshape(2, groups, -1)
    assert_allclose(y.mean(2), 0, atol=1e-12)
    assert_allclose(y.var(2), 1, rtol=1e-12)


def test_group_norm_scales_and_shifts_groups():
    made = ready(nn.GroupNorm(2, epsilon=0))
    made.gamma.set_data([2.0, 3])
    made.beta.set_data([10.0, 20])
    y = np.asarray(made(wide(X))).reshape(2, 2, -1)
    assert_allclose(y.mean(2), [[10, 20]] * 2, rtol=1e-12)
    assert_allclose(y.std(2), [[2, 3]] * 2, rtol=1e-12)


def test_group_norm_gives_mxnets_worked_numbers():
    first = np.asarray(ready(nn.GroupNorm(2), WORKED)(wide(WORKED)))[0, :2]
    expected = [[-1.197781, -0.9429784, -0.4770905], [0.1262119, 0.8406395, 1.6509982]]
    assert_allclose(first, expected, atol=2e-6)


@pytest.mark.parametrize("made", [nn.InstanceNorm(scale=True), nn.GroupNorm(2)])
def test_their_gradients_are_those_of_central_differences(made):
    x = X[..., :2]
    ready(made, x)
    made.gamma.set_data(RNG.standard_normal(made.gamma.shape))
    check_gradients(lambda x: made(x) ** 2, x)
    with record():
        total = (made(wide(x)) * wide(x)).sum()
    total.backward()
    assert made.gamma.grad().shape == made.beta.grad().shape == made.gamma.shape


@pytest.mark.peers
def test_they_are_torchs():
    import torch

    F, x = torch.nn.functional, torch.tensor(X)
    assert_allclose(ready(nn.InstanceNorm())(wide(X)), F.instance_norm(x).numpy(), rtol=1e-9)
    assert_allclose(ready(nn.GroupNorm(2))(wide(X)), F.group_norm(x, 2).numpy(), rtol=1e-9)


def test_what_they_cannot_cut_is_refused():
    with pytest.raises(ShapeError, match=r"axis 1 into 3 groups, which .* \(2, 4, 3, 5\) does not"):
        ready(nn.GroupNorm(3))
    with pytest.raises(ShapeError, match=r"shape \(2, 4\) with axis=1 has no other axis"):
        ready(nn.InstanceNorm(), np.ones((2, 4)))
    with pytest.raises(BadValueError, match=r"at least 1 group, got num_groups=0"):
        nn.GroupNorm(0)


@pytest.mark.parametrize("make", [nn.InstanceNorm, lambda: nn.GroupNorm(2)])
def test_an_empty_batch_has_empty_outputs(make):
    layer = make()
    layer.initialize()
    layer(nd.ones((2, 4, 3)))
    assert layer(nd.zeros((0, 4, 3))).shape == (0, 4, 3)
