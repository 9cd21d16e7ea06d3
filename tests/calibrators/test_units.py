"""Units standardized (Salimans & Kingma), layers at one rate (Kraehenbuehl), gains found."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nd, nn, theory
from initlab.calibrators import Batch, EmpiricalGain, Krahenbuhl, WeightNorm
from initlab.calibrators.krahenbuhl import layer_rates
from initlab.calibrators.layers import layers


def relu(z):
    return np.maximum(z, 0)


@pytest.mark.parametrize(("name", "f"), [("relu", relu), ("tanh", np.tanh)])
def test_every_unit_has_mean_0_and_variance_1(name, f, chain, batch, outputs):
    net = chain(name, bias=0.5)
    done = WeightNorm().calibrate(net, batch)
    assert all(c.converged and c.iterations == 1 for c in done)
    for z, _ in outputs(net, batch.x, f):
        np.testing.assert_allclose(z.mean(axis=0), 0, atol=1e-5)
        np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-5)


def test_a_units_direction_stays(chain, batch, arrays):
    net = chain()
    before = arrays(net)["0.weight"]
    WeightNorm().calibrate(net, batch)
    after = arrays(net)["0.weight"]
    unit = lambda w: w / np.linalg.norm(w, axis=1, keepdims=True)
    np.testing.assert_allclose(unit(after), unit(before), rtol=1e-5, atol=1e-7)


def test_a_unit_that_does_not_vary_keeps_its_values_and_is_told(chain, batch, arrays):
    net = chain()
    w = arrays(net)["0.weight"]
    w[2] = 0
    net[0].weight.set_data(w)
    first = WeightNorm().calibrate(net, batch)[0]
    assert not first.converged
    assert first.why == "1 units do not vary over the batch"
    assert (arrays(net)["0.weight"][2] == 0).all()


@pytest.mark.parametrize("samples", [7, 50])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_only_rounding_moves_does_not_vary(samples, dtype):
    """The same sample throughout, whose outputs a matrix product may round in several ways."""
    x = np.full((samples, 37), 0.1, dtype)
    net = nn.Sequential()
    net.add(nn.Dense(33, dtype=dtype))
    net.initialize("he")
    net(nd.array(x))
    net[0].weight.set_data(1 + np.random.default_rng(0).random((33, 37)))
    before = np.array(net[0].weight.data())
    (done,) = WeightNorm().calibrate(net, Batch(x))
    assert done.why == "33 units do not vary over the batch"
    np.testing.assert_array_equal(net[0].weight.data(), before)


def test_without_bias_the_means_stay(batch, chain):
    net = nn.Sequential()
    net.add(nn.Dense(6, use_bias=False))
    net.initialize("he")
    net(nd.array(batch.x))
    (done,) = WeightNorm().calibrate(net, batch)
    z = np.asarray(net(nd.array(batch.x)))
    np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-5)
    assert done.converged
    assert np.abs(z.mean(axis=0)).max() > 0.1


def test_layers_come_to_learn_at_one_rate_and_the_function_stays(chain, batch, forward):
    net = chain(depth=6)
    WeightNorm().calibrate(net, batch)
    before, rates = forward(net, batch.x), layer_rates(net, batch, layers(net, batch.x), 8)
    assert rates.max() / rates.min() > 1.3
    done = Krahenbuhl(spread=1.05).calibrate(net, batch)
    assert all(c.converged for c in done)
    rates = layer_rates(net, batch, layers(net, batch.x), 8)
    assert rates.max() / rates.min() < 1.05
    assert done[0].reached == pytest.approx(rates.max() / rates.min(), rel=1e-4)
    np.testing.assert_allclose(forward(net, batch.x), before, rtol=1e-3, atol=1e-3)


def test_rates_approach_each_other_as_alpha_says(chain, batch):
    """C_k becomes C_k^(1 - alpha), relative to the mean: a spread s becomes s^(1 - alpha)."""
    net = chain(depth=5)
    WeightNorm().calibrate(net, batch)
    before = layer_rates(net, batch, layers(net, batch.x), 8)
    Krahenbuhl(iterations=1, alpha=0.5, spread=1.0).calibrate(net, batch)
    after = layer_rates(net, batch, layers(net, batch.x), 8)
    expected = before**0.5 * np.exp(0.5 * np.log(before).mean())
    np.testing.assert_allclose(after, expected, rtol=1e-3)


def test_layers_that_cannot_be_rescaled_are_told_and_keep_unit_variance(chain, batch, outputs):
    net = chain("tanh")
    done = Krahenbuhl().calibrate(net, batch)
    assert all(c.why == "Activation(tanh) is not homogeneous, so layers cannot be rescaled"
               for c in done)  # fmt: skip
    assert not any(c.converged for c in done)
    for z, _ in outputs(net, batch.x, np.tanh):
        np.testing.assert_allclose(z.std(axis=0), 1, atol=1e-5)


def test_too_few_iterations_are_told(chain, batch):
    done = Krahenbuhl(iterations=1, spread=1.0).calibrate(chain(depth=6), batch)
    assert "rates still differ by a factor" in done[0].why


@pytest.mark.parametrize("name", ["relu", "tanh", "sigmoid", "gelu", "selu", "sin", "softplus"])
def test_any_activation_lets_through_what_theory_wants(name, chain, batch, outputs):
    f = lambda z: np.asarray(nn.Activation(name).function(z))
    net = chain(name, weight="xavier")
    done = EmpiricalGain(tolerance=0.005).calibrate(net, batch)
    assert all(c.converged for c in done)
    wanted = theory.second_moment(f)
    for _, a in outputs(net, batch.x, f)[:-1]:
        assert np.mean(a**2) == pytest.approx(wanted, rel=0.006)


def test_convolutions_are_standardized_by_channel():
    x = np.random.default_rng(0).standard_normal((8, 3, 9, 9)).astype(np.float32)
    net = nn.Sequential()
    net.add(nn.Conv2D(5, kernel_size=3))
    net.initialize("he")
    net(nd.array(x))
    (done,) = WeightNorm().calibrate(net, Batch(x))
    z = np.asarray(net(nd.array(x)))
    np.testing.assert_allclose(z.std(axis=(0, 2, 3)), 1, atol=1e-5)
    np.testing.assert_allclose(z.mean(axis=(0, 2, 3)), 0, atol=1e-5)
    assert done.converged
