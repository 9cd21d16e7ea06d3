"""Predictions through depth against closed forms and simulated nets."""

from __future__ import annotations

from math import inf, pi, sqrt

import numpy as np
import pytest

from initlab import nd
from initlab.theory import (
    BatchNormalization,
    Elementwise,
    Linear,
    MeanField,
    Normalization,
    Residual,
    Scale,
    Signal,
    predict,
)


def layer(path, n, variance, f=None, bias=0.0):
    linear = Linear(path, variance / n, n, n, n, bias)
    return [linear] if f is None else [linear, Elementwise(f"{path}.act", f)]


def net(depth, n, variance, f, bias=0.0):
    return [stage for i in range(depth) for stage in layer(str(i), n, variance, f, bias)]


@pytest.mark.parametrize("variance", [1.0, 2.0, 2.2])
def test_relu_multiplies_by_half_the_variance_a_layer_both_ways(variance):
    levels = predict(net(30, 50, variance, nd.relu), Signal(3.0))
    moments = [level.signal.second_moment for level in levels[1::2]]
    np.testing.assert_allclose(moments, 3 * (variance / 2) ** np.arange(1, 31), rtol=1e-11)
    gradients = [level.gradient for level in levels[1::2]]
    np.testing.assert_allclose(gradients, (variance / 2) ** np.arange(29, -1, -1.0), rtol=1e-11)


def test_relus_fluctuation_is_hanin_and_rolnicks():
    last = predict(net(20, 100, 2.0, nd.relu), Signal(1.0))[-1].signal
    assert last.fluctuation == pytest.approx((1 + 5 / 100) ** 20 - 1, rel=1e-9)


def test_relus_gradients_fluctuate_as_its_signals_do():
    levels = predict(net(20, 100, 2.0, nd.relu), Signal(1.0))
    assert levels[-1].gradient_fluctuation == 0
    for depth in (1, 5, 19):
        told = levels[-1 - 2 * depth].gradient_fluctuation
        assert told == pytest.approx((1 + 5 / 100) ** depth - 1, rel=1e-9)


@pytest.mark.parametrize(("f", "variance"), [(np.tanh, 3.0), (np.sin, 2.0)])
def test_gradients_fluctuate_as_those_of_drawn_nets(f, variance):
    n, depth, nets, rng = 40, 4, 4000, np.random.default_rng(0)
    slope = {np.tanh: lambda z: 1 - np.tanh(z) ** 2, np.sin: np.cos}[f]
    weights = rng.standard_normal((depth, nets, n, n)) * sqrt(variance / n)
    h, slopes = np.ones((nets, n)), []
    for w in weights:
        z = np.einsum("kij,kj->ki", w, h)
        h = f(z)
        slopes.append(slope(z))
    g = rng.standard_normal((nets, n))
    g *= sqrt(n) / np.linalg.norm(g, axis=1, keepdims=True)
    for w, s in zip(weights[:0:-1], slopes[:0:-1], strict=True):
        g = np.einsum("kij,ki->kj", w, g * s)
    sizes = np.mean(g**2, axis=1)
    level = predict(net(depth, n, variance, f), Signal(1.0))[1]
    assert sizes.mean() == pytest.approx(level.gradient, rel=0.05)
    # the leading order in 1 / n leaves out how one layer's signal and gradient go together
    assert sizes.var() / sizes.mean() ** 2 == pytest.approx(level.gradient_fluctuation, rel=0.25)


def test_a_residual_sums_two_parts_that_fluctuate_together_and_apart():
    n, nets, rng = 50, 20000, np.random.default_rng(0)
    level = predict([Residual("r", layer("w", n, 3.0))], Signal(1.0))[-1]
    w = rng.standard_normal((200, n, n)) * sqrt(3 / n)
    x = rng.choice([-1.0, 1.0], (nets // 200, n))
    sums = np.mean((x + np.einsum("kij,mj->kmi", w, x)) ** 2, axis=-1).ravel()
    assert sums.mean() == pytest.approx(level.signal.second_moment, rel=0.02)
    assert sums.var() / sums.mean() ** 2 == pytest.approx(level.signal.fluctuation, rel=0.1)
    spread = Residual("r", layer("w", n, 3.0)).backward_spread(Signal(1.0))
    assert spread == pytest.approx(level.signal.fluctuation)  # W's transpose has the same law


def test_a_deep_net_reaches_the_fixed_point_of_its_mean_field():
    field = MeanField(np.tanh, 1.4, 0.05)
    levels = predict(net(40, 100, 1.4, np.tanh, 0.05), Signal(1.0))
    assert levels[-2].signal.second_moment == pytest.approx(field.q_star, rel=1e-8)
    ratio = levels[40].gradient / levels[42].gradient
    assert ratio == pytest.approx(field.chi_1, rel=1e-4)


def test_residual_streams_double_or_grow_by_one_a_block():
    plain = [Residual(str(i), layer("w", 64, 2.0, nd.relu)[::-1]) for i in range(10)]
    assert predict(plain, Signal(1.0))[-1].signal.second_moment == pytest.approx(2.0**10)
    normalized = [
        Residual(str(i), [Normalization("n"), *layer("a", 64, 2.0, nd.relu), *layer("b", 64, 1.0)])
        for i in range(10)
    ]  # De & Smith (2020)
    levels = predict(normalized, Signal(1.0))
    assert [x.signal.second_moment for x in levels[4::5]] == pytest.approx(range(2, 12))
    assert levels[0].gradient == pytest.approx(11 / 2, rel=1e-9)  # prod (l + 1) / l, l = 2 ... 10


def simulate(depth, n, variance, bias, f, slope, seeds):
    """Return each seed's second moments after each activation, and gradients arriving there."""
    rng = np.random.default_rng(0)
    forward, backward = [], []
    for _ in range(seeds):
        a, weights, slopes, moments = rng.choice([-1.0, 1.0], n), [], [], []
        for _ in range(depth):
            weights.append(rng.standard_normal((n, n)) * sqrt(variance / n))
            z = weights[-1] @ a + rng.standard_normal(n) * sqrt(bias)
            a = f(z)
            slopes.append(slope(z))
            moments.append((a**2).mean())
        g, gradients = rng.standard_normal(n), []
        for w, s in zip(reversed(weights), reversed(slopes), strict=True):
            gradients.append((g**2).mean())
            g = w.T @ (g * s)
        forward.append(moments)
        backward.append(gradients[::-1])
    return np.array(forward), np.array(backward)


def test_a_simulated_tanh_net_has_the_predicted_moments_gradients_and_fluctuation():
    depth, n, seeds = 12, 100, 300
    found, gradients = simulate(depth, n, 1.3, 0.05, np.tanh, lambda z: 1 - np.tanh(z) ** 2, seeds)
    levels = predict(net(depth, n, 1.3, np.tanh, 0.05), Signal(1.0))[1::2]
    expected = np.array([level.signal.second_moment for level in levels])
    error = found.std(axis=0) / sqrt(seeds)
    # width 100 shifts the mean by O(1/n); 5 standard errors and that
    assert np.all(np.abs(found.mean(axis=0) - expected) < 5 * error + expected / n)
    spread = found.var(axis=0) / found.mean(axis=0) ** 2
    np.testing.assert_allclose(spread, [x.signal.fluctuation for x in levels], rtol=0.35)
    relative = gradients.mean(axis=0)
    np.testing.assert_allclose(relative, [x.gradient for x in levels], rtol=0.12)


def test_what_is_zero_stays_zero():
    levels = predict([*net(2, 10, 0.0, np.tanh), Residual("r", layer("w", 10, 1.0))], Signal(1.0))
    assert levels[-1].signal.second_moment == 0
    assert predict([Normalization("n")], Signal(0.0))[0].signal.second_moment == 1


def test_what_overflows_is_infinite():
    stages = [*net(80, 64, 1024.0, nd.relu), *net(100, 64, 1e6, nd.relu)]
    levels = predict([*stages, Residual("r", layer("w", 64, 1.0))], Signal(1.0))
    assert levels[159].signal.second_moment == pytest.approx(512.0**80)
    assert 1 + levels[159].signal.fluctuation == pytest.approx((1 + 5 / 64) ** 80)
    assert levels[-1].signal.second_moment == levels[-1].signal.fluctuation == inf


def test_batch_normalization_of_relu_explodes_gradients_at_yangs_rate():
    stages = []
    for i in range(10):
        linear, relu = layer(str(i), 64, 0.7, nd.relu)
        stages += [linear, BatchNormalization(f"{i}.norm"), relu]
    levels = predict(stages, Signal(1.0, common=0.0))
    rate = levels[12].gradient / levels[15].gradient
    assert rate == pytest.approx(pi / (pi - 1), rel=1e-9)  # Yang et al. (2019)


def test_common_parts_follow_the_correlation_map():
    field = MeanField(np.tanh, 2.5, 0.05)
    q = field.q_star
    levels = predict(net(3, 64, 2.5, np.tanh, 0.05), Signal(1.0, common=0.4))
    for before, after in ((0, 2), (2, 4)):
        at = levels[before].signal
        mapped = 2.5 * levels[before + 1].signal.common + 0.05
        assert levels[after].signal.common == pytest.approx(mapped, rel=1e-12)
        assert 0 < at.common < at.second_moment
    deep = predict(net(60, 64, 2.5, np.tanh, 0.05), Signal(1.0, common=0.4))[-2].signal
    assert deep.common / deep.second_moment == pytest.approx(field.c_star, abs=0.01)
    assert deep.second_moment == pytest.approx(q, rel=1e-8)


def test_layer_normalization_keeps_the_correlation_and_residuals_add_it():
    x = Signal(3.0, common=1.2)
    assert predict([Normalization("n")], x)[0].signal.common == pytest.approx(0.4)
    whole = predict([Residual("r", layer("w", 10, 0.5))], x)[-1].signal
    assert whole.common == pytest.approx(1.2 * 1.5)


def test_a_scaled_branch_adds_the_square_of_its_scale():
    """Balanced by hand: 1 + 0.25 x 2 forwards and backwards, then a net without branches."""
    half, none = (
        Residual("r", [*layer("l", 50, 2.0), Scale("s", factor)]) for factor in (0.5, 0.0)
    )
    (level,) = [level for level in predict([half], Signal(3.0)) if level.path == "r"]
    assert level.signal.second_moment == pytest.approx(3 * 1.5, rel=1e-12)
    assert half.backward(Signal(3.0), 1.0) == pytest.approx(1.5, rel=1e-12)
    assert none.forward(Signal(3.0)).second_moment == 3.0
    assert none.backward(Signal(3.0), 1.0) == 1.0
