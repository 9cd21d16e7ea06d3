"""LSUV: pre-activations of unit variance, layer after layer, by scaling weights alone."""

from __future__ import annotations

import re

import numpy as np
import pytest

from initlab import nn
from initlab.autograd import Tensor
from initlab.calibrators import LSUV, Batch, Calibrator, calibrators
from initlab.errors import BadValueError
from initlab.nd.random import generator
from initlab.tree import fresh_names, parameters, tie

X = (3 + 2 * np.random.default_rng(0).standard_normal((64, 20))).astype(np.float32)


@pytest.fixture
def drawn():
    """Make a net of blocks whose parameters, biases too, are N(0, sigma^2) of one seed."""

    def make(*layers, sigma=0.5, x=X):
        with fresh_names():
            net = nn.Sequential()
            net.add(*layers)
        net.initialize()
        net(Tensor(x))
        rng = np.random.default_rng(1)
        for parameter in parameters(net).values():
            values = rng.normal(0, sigma, parameter.shape)
            parameter.set_data(values.astype(np.float32))
        return net

    return make


def arrays(net):
    return {path: np.array(p.data()) for path, p in parameters(net).items()}


def pre_activations(net, depth, f, x=X):
    """A dense net's forward pass in NumPy, in double precision."""
    w = {path: array.astype(np.float64) for path, array in arrays(net).items()}
    seen, a = [], x.astype(np.float64)
    for layer in range(depth):
        seen.append(a @ w[f"{layer}.weight"].T + w[f"{layer}.bias"])
        a = f(seen[-1])
    return seen


@pytest.mark.parametrize("sigma", [1e-4, 0.5, 50.0])
@pytest.mark.parametrize(("name", "f"), [("relu", lambda z: np.maximum(z, 0)), ("tanh", np.tanh)])
def test_every_pre_activation_has_unit_variance_after_it(drawn, name, f, sigma):
    depth = 6
    net = drawn(*(nn.Dense(30, activation=name) for _ in range(depth)), sigma=sigma)
    for parameter in net.collect_params(".*bias").values():
        parameter.set_data(0.2 * np.ones(parameter.shape, np.float32))
    done = LSUV(tolerance=0.01).calibrate(net, Batch(X))
    assert all(c.converged for c in done)
    variances = [np.var(z) for z in pre_activations(net, depth, f)]
    np.testing.assert_allclose(variances, 1, atol=0.01)
    np.testing.assert_allclose([c.reached for c in done], variances, rtol=1e-4)


def test_biases_and_gains_keep_their_bits_and_weights_are_only_scaled(drawn):
    net = drawn(nn.Dense(30, activation="relu"), nn.LayerNorm(), nn.Dense(10))
    before = arrays(net)
    done = {c.path: c for c in LSUV().calibrate(net, Batch(X))}
    assert list(done) == ["0.weight", "2.weight"]
    for path, after in arrays(net).items():
        if path in done:
            np.testing.assert_allclose(after, done[path].factor * before[path], rtol=1e-5)
        else:
            assert after.tobytes() == before[path].tobytes()


def test_without_biases_one_division_is_exact(drawn):
    net = drawn(*(nn.Dense(30, activation="relu", use_bias=False) for _ in range(4)))
    done = LSUV(tolerance=1e-4).calibrate(net, Batch(X))
    assert [c.iterations for c in done] == [1, 1, 1, 1]
    assert all(abs(c.reached - 1) < 1e-4 for c in done)


def test_a_layer_that_is_good_already_is_left_alone(drawn):
    net = drawn(nn.Dense(30), nn.Dense(10))
    LSUV(tolerance=0.01).calibrate(net, Batch(X))
    before = arrays(net)
    again = LSUV(tolerance=0.01).calibrate(net, Batch(X))
    assert [(c.factor, c.iterations, c.converged) for c in again] == [(1.0, 0, True)] * 2
    for path, after in arrays(net).items():
        np.testing.assert_array_equal(after, before[path])


def test_a_bias_that_outweighs_the_target_is_told_and_the_draw_kept(drawn):
    net = drawn(nn.Dense(30))
    net[0].bias.set_data(np.linspace(-9, 9, 30).astype(np.float32))  # variance 28.8 by itself
    before, z = arrays(net)["0.weight"], np.asarray(net(Tensor(X)), np.float64)
    (done,) = LSUV(iterations=3).calibrate(net, Batch(X))
    assert (done.factor, done.iterations, done.converged) == (1.0, 3, False)
    assert done.reached == pytest.approx(np.var(z), rel=1e-5)
    came_to = (
        r"3 iterations did not reach it: 0\.00\d+ times as large, it came to 28\.\d+, so it keeps"
    )
    assert re.match(came_to, done.why)
    np.testing.assert_array_equal(arrays(net)["0.weight"], before)


@pytest.mark.parametrize(
    ("value", "reached", "why"), [(0.0, 0.0, "nothing comes out"), (1e38, np.inf, "not finite")]
)
def test_what_no_scaling_mends_is_left_as_it_is(drawn, value, reached, why):
    net = drawn(nn.Dense(30, use_bias=False))
    net[0].weight.set_data(np.full((30, 20), value, np.float32))
    (done,) = LSUV().calibrate(net, Batch(X))
    assert (done.factor, done.iterations, done.converged) == (1.0, 0, False)
    assert why in done.why
    assert done.reached == reached or not np.isfinite([done.reached, reached]).any()
    assert (net[0].weight.data().array == np.float32(value)).all()


def test_dropout_is_out_of_force_and_draws_nothing(drawn):
    net = drawn(nn.Dense(30), nn.Dropout(0.9), nn.Dense(10, use_bias=False))
    before = str(generator().bit_generator.state)
    LSUV(tolerance=1e-3).calibrate(net, Batch(X))
    w = arrays(net)
    z = (X @ w["0.weight"].T + w["0.bias"]) @ w["2.weight"].T
    assert np.var(z, dtype=float) == pytest.approx(1, abs=1e-3)
    assert str(generator().bit_generator.state) == before


def test_the_branch_of_a_residual_is_calibrated_itself(drawn):
    net = drawn(nn.Dense(20), nn.Residual(nn.Dense(20, activation="relu", use_bias=False)))
    done = LSUV(tolerance=0.01).calibrate(net, Batch(X))
    assert [c.path for c in done] == ["0.weight", "1.body.weight"]
    w = arrays(net)
    z = (X @ w["0.weight"].T + w["0.bias"]) @ w["1.body.weight"].T
    assert np.var(z, dtype=float) == pytest.approx(1, abs=0.01)


def test_a_tied_weight_is_scaled_once_for_its_first_place(drawn):
    net = drawn(nn.Dense(20), nn.Dense(20))
    tie(net, parameter="1.weight", to="0.weight")
    (done,) = LSUV(tolerance=0.01).calibrate(net, Batch(X))
    assert done.path == "0.weight"
    z = X @ arrays(net)["0.weight"].T + arrays(net)["0.bias"]
    assert np.var(z, dtype=float) == pytest.approx(1, abs=0.01)


def test_embeddings_are_not_calibrated(drawn):
    tokens = np.arange(12).reshape(4, 3) % 5
    net = drawn(nn.Embedding(5, 8), nn.Dense(4), x=tokens)
    assert [c.path for c in LSUV().calibrate(net, Batch(tokens))] == ["1.weight"]


@pytest.mark.parametrize("tolerance", [0.0, -1.0, float("nan")])
def test_a_tolerance_that_nothing_meets_is_refused(tolerance):
    with pytest.raises(BadValueError, match=rf"tolerance must be positive, got {tolerance}\."):
        LSUV(tolerance=tolerance)


def test_no_iteration_is_refused():
    with pytest.raises(BadValueError, match=r"iterations must be at least 1, got 0\."):
        LSUV(iterations=0)


def test_the_shelf_holds_lsuv_over_orthogonal_draws():
    assert calibrators()["lsuv"] is LSUV
    assert LSUV.base == "orthogonal"  # Mishkin & Matas (2016), step 1


def test_a_calibrator_that_does_not_say_how_is_told():
    class Silent(Calibrator):
        pass

    with pytest.raises(NotImplementedError, match=r"Silent is a Calibrator without calibrate\(\)"):
        Silent().calibrate(nn.Sequential(), Batch(X))


def test_layers_are_taken_in_the_order_of_the_forward_pass(drawn):
    class Backwards(nn.Sequential):
        def forward(self, x):
            for block in reversed(list(self)):
                x = block(x)
            return x

    with fresh_names():
        net = Backwards()
        net.add(nn.Dense(5), nn.Dense(30, activation="relu"))
    net.initialize()
    net(Tensor(X))
    done = LSUV(tolerance=1e-3).calibrate(net, Batch(X))
    assert [c.path for c in done] == ["1.weight", "0.weight"]
    w = arrays(net)
    z = X @ w["1.weight"].T + w["1.bias"]
    assert np.var(z) == pytest.approx(1, abs=1e-3)
    assert np.var(np.maximum(z, 0) @ w["0.weight"].T) == pytest.approx(1, abs=1e-3)


def test_a_weight_that_no_forward_pass_reaches_is_told(drawn):
    class Skipping(nn.Sequential):
        def forward(self, x):
            return self[0](x)

    with fresh_names():
        net = Skipping()
        net.add(nn.Dense(5), nn.Dense(5, in_units=5))
    net.initialize()
    net(Tensor(X))
    before = np.array(net[1].weight.data())
    done = LSUV().calibrate(net, Batch(X))[-1]
    assert (done.path, done.converged) == ("1.weight", False)
    assert done.why == "no forward pass reaches it"
    np.testing.assert_array_equal(net[1].weight.data(), before)
