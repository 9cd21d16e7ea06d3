"""Fluctuations of nets of orthogonal weights, held against draws of them."""

from __future__ import annotations

from math import isnan, sqrt

import numpy as np
import pytest

from initlab import nd
from initlab.theory import Elementwise, Linear, Residual, Signal, Weights, predict

SLOPES = {
    nd.relu: lambda z: (z > 0) * 1.0,
    np.tanh: lambda z: 1 - np.tanh(z) ** 2,
    np.sin: np.cos,
}


def layer(path, outputs, inputs, square, weights=Weights.orthogonal, bias=0.0):
    variance = square / max(outputs, inputs)
    return Linear(path, variance, inputs, outputs, outputs, bias, weights=weights)


def haar(rng, nets, outputs, inputs):
    """Return matrices with orthonormal rows or columns, uniformly drawn."""
    longer, shorter = max(outputs, inputs), min(outputs, inputs)
    q, r = np.linalg.qr(rng.standard_normal((nets, longer, shorter)))
    q *= np.sign(np.diagonal(r, axis1=1, axis2=2))[:, None]
    return q if outputs == longer else np.swapaxes(q, 1, 2)


def spread(sizes):
    """Return the relative variance, and its standard error by eight parts."""
    parts = np.array([part.var(ddof=1) / part.mean() ** 2 for part in np.array_split(sizes, 8)])
    return parts.mean(), parts.std(ddof=1) / sqrt(8)


def test_square_orthogonal_layers_alone_have_no_fluctuation():
    stages = [layer(str(i), 50, 50, 1.0) for i in range(20)]
    levels = predict(stages, Signal(1.3))
    assert {level.signal.fluctuation for level in levels} == {0.0}
    assert {level.gradient_fluctuation for level in levels} == {0.0}
    identity = [stage for one in stages for stage in (one, Elementwise("id", lambda z: z * 1.0))]
    for level in predict(identity, Signal(1.3)):
        assert level.signal.fluctuation == pytest.approx(0, abs=1e-12)
        assert level.gradient_fluctuation == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("outputs", "inputs"), [(10, 40), (40, 40), (40, 10), (1, 8)])
def test_a_projections_length_is_betas(outputs, inputs):
    rng, nets = np.random.default_rng(0), 16_000
    w, stage = haar(rng, nets, outputs, inputs), layer("w", outputs, inputs, 1.0)
    x = np.ones(inputs)
    forward, error = spread(np.mean((w @ x) ** 2, axis=1))
    told = predict([stage], Signal(1.0))[0].signal
    assert forward == pytest.approx(told.fluctuation, abs=5 * error + 1e-12)
    backward, error = spread(np.mean((np.swapaxes(w, 1, 2) @ np.ones(outputs)) ** 2, axis=1))
    assert backward == pytest.approx(stage.backward_spread(Signal(1.0)), abs=5 * error + 1e-12)
    assert np.mean((w @ x) ** 2) == pytest.approx(told.second_moment, rel=0.02)


@pytest.mark.parametrize(("f", "square"), [(nd.relu, 2.0), (np.tanh, 1.5), (np.sin, 2.0)])
@pytest.mark.parametrize("bias", [0.0, 0.2])
def test_a_net_of_square_orthogonal_layers_fluctuates_as_foretold(f, square, bias):
    n, depth, nets, rng = 48, 3, 4000, np.random.default_rng(0)
    h, weights, slopes = np.ones((nets, n)), [], []
    for _ in range(depth):
        weights.append(haar(rng, nets, n, n) * sqrt(square))
        z = np.einsum("kij,kj->ki", weights[-1], h) + rng.standard_normal((nets, n)) * sqrt(bias)
        h = np.asarray(f(z))
        slopes.append(SLOPES[f](z))
    stages = [
        stage
        for i in range(depth)
        for stage in (layer(str(i), n, n, square, bias=bias), Elementwise(f"{i}.act", f))
    ]
    levels = predict(stages, Signal(1.0))
    found, error = spread(np.mean(h**2, axis=1))
    told = levels[-1].signal.fluctuation
    # five standard errors, and what is of the next order in 1 / n
    assert found == pytest.approx(told, abs=5 * error + 4 * depth * told / n)
    independent = [
        replace_weights(stage) if isinstance(stage, Linear) else stage for stage in stages
    ]
    assert told < 0.9 * predict(independent, Signal(1.0))[-1].signal.fluctuation
    g = rng.standard_normal((nets, n))
    g *= sqrt(n) / np.linalg.norm(g, axis=1, keepdims=True)
    for w, s in zip(weights[:0:-1], slopes[:0:-1], strict=True):
        g = np.einsum("kij,ki->kj", w, g * s)
    found, error = spread(np.mean(g**2, axis=1))
    told = levels[1].gradient_fluctuation
    assert found == pytest.approx(told, abs=5 * error + 0.25 * told)  # as for independent weights


@pytest.mark.parametrize("width", [16, 64])
@pytest.mark.parametrize("f", [np.tanh, np.sin])
def test_behind_an_activation_orthogonal_layers_are_off_by_one_over_width(f, width):
    depth, nets, rng = 16, 100, np.random.default_rng(0)
    h, stages = np.ones((nets, width)), []
    for i in range(depth):
        h = f(np.einsum("kij,kj->ki", haar(rng, nets, width, width), h))
        stages += [layer(str(i), width, width, 1.0), Elementwise(f"{i}.act", f)]
    last = predict(stages, Signal(1.0))[-1]
    sigma = sqrt(last.signal.fluctuation) / 2  # of the root mean square
    assert 0.9 / width < sigma < 1.5 / width
    off = np.log(np.mean(h**2, axis=1) / last.signal.second_moment) / 2 / sigma
    assert off.mean() > 5 * off.std() / sqrt(nets)  # the mean is off, which no spread tells
    assert np.abs(off).max() < 4
    assert last.gradient_fluctuation == 0
    assert predict(stages, Signal(1.0))[1].gradient_fluctuation >= (depth - 1) * 4 / width**2


def replace_weights(stage):
    n = stage.width
    return Linear(stage.path, stage.weight_variance, n, n, n, stage.bias_variance)


def test_weights_that_are_dependent_otherwise_have_moments_and_no_fluctuation():
    stages = [layer("w", 20, 20, 1.0, Weights.dependent), Elementwise("f", np.tanh)]
    level = predict([*stages, Residual("r", stages), layer("last", 20, 20, 1.0)], Signal(1.0))[-1]
    assert level.signal.second_moment > 0
    assert isnan(level.signal.fluctuation)
    assert isnan(predict(stages, Signal(1.0))[0].signal.fluctuation)
    assert isnan(stages[0].backward_spread(Signal(1.0)))
