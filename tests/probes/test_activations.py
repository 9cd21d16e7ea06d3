"""What leaves each block, against NumPy's forward pass and the theory of wide nets."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nn
from initlab.autograd import Tensor
from initlab.init import VarianceScaling
from initlab.probes import ActivationMoments, DeadUnits, Snapshot, observe
from initlab.tree import parameters


def snapshot(seen):
    return Snapshot(0, activations=seen.activations, signals=seen.signals)


def values(probe, seen):
    return {r.metric: r.value for r in probe.measure(snapshot(seen))}


def test_activation_moments_are_those_of_a_forward_pass_in_numpy(sequential, loss):
    net = sequential(nn.Dense(7, activation="relu"), nn.Dense(2), inputs=(2, 5))
    rng = np.random.default_rng(1)
    x, y = rng.standard_normal((2, 9, 5)).astype(np.float32), np.zeros((9, 2), np.float32)
    x = x[0]
    w = {path: np.asarray(p.data(), np.float64) for path, p in parameters(net).items()}
    hidden = np.maximum(x @ w["0.weight"].T + w["0.bias"], 0)
    output = hidden @ w["1.weight"].T + w["1.bias"]
    to_output = output / (9 * 2)  # d/do of mean over 9 samples of half the mean of 2 squares
    to_hidden = to_output @ w["1.weight"]
    found = values(ActivationMoments(), observe(net, x, y, loss))
    assert found == pytest.approx(
        {
            "act_mean/0": hidden.mean(),
            "act_std/0": hidden.std(),
            "signal_grad_std/0": to_hidden.std(),
            "act_mean/1": output.mean(),
            "act_std/1": output.std(),
            "signal_grad_std/1": to_output.std(),
        },
        rel=1e-5,
        abs=1e-7,
    )


@pytest.mark.parametrize("dead", [0, 3, 8])
def test_just_the_units_that_no_sample_reaches_are_dead(sequential, loss, dead):
    net = sequential(nn.Dense(8, activation="relu"), nn.Dense(2), inputs=(2, 5))
    # inputs in [0, 1), weights in [-1, 1): below a bias of -6 no pre-activation is positive,
    # above one of +6 each is
    weight = np.random.default_rng(2).uniform(-1, 1, (8, 5)).astype(np.float32)
    net[0].weight.set_data(weight)
    net[0].bias.set_data(np.where(np.arange(8) < dead, -6, 6).astype(np.float32))
    x = np.random.default_rng(3).uniform(0, 1, (20, 5)).astype(np.float32)
    found = values(DeadUnits(), observe(net, x, np.zeros((20, 2), np.float32), loss))
    assert found == {"dead_units/0": dead / 8, "dead_units/1": 0}


def test_a_unit_that_one_sample_reaches_is_alive():
    output = np.zeros((100, 4), np.float32)
    output[17, 2] = -1e-30
    found = DeadUnits().measure(Snapshot(0, activations={"0": output}))
    assert [r.value for r in found] == [0.75]


def test_he_keeps_the_second_moment_through_a_wide_relu_net(loss):
    """Var z = 2 E x^2 and E a^2 = Var z / 2: the second moment stays (He et al., 2015).

    Of one input, log(E a_L^2 / E x^2) is a sum of L means over n units, each of relative variance
    E relu(g)^4 / (E relu(g)^2)^2 - 1 = (3/2) / (1/4) - 1 = 5, so its std is sqrt(5 L / n).
    """
    width, depth = 1000, 8
    net = nn.Sequential()
    net.add(*(nn.Dense(width, activation="relu", in_units=width) for _ in range(depth)))
    rng = np.random.default_rng(4)
    net.initialize()
    for parameter in net.collect_params(".*weight").values():
        parameter.set_data(VarianceScaling(2.0)(parameter.spec, rng))
    x = rng.standard_normal((32, width)).astype(np.float32)
    seen = observe(net, x, np.zeros((32, width), np.float32), loss)
    found = values(ActivationMoments(), seen)
    for layer in range(depth):
        second = found[f"act_std/{layer}"] ** 2 + found[f"act_mean/{layer}"] ** 2
        error = np.sqrt(5 * (layer + 1) / width)
        assert second == pytest.approx(np.mean(x**2, dtype=float), rel=4 * error)
        # a ReLU'd centred Gaussian: mean sigma / sqrt(2 pi), second moment sigma^2 / 2;
        # units share their inputs, so the mean over n of them is within ~ 4 / sqrt(n) of it
        ratio = found[f"act_mean/{layer}"] / np.sqrt(second)
        assert ratio == pytest.approx(1 / np.sqrt(np.pi), rel=4 / np.sqrt(width))


def test_a_convolution_s_unit_is_each_place_of_each_channel():
    output = np.ones((4, 3, 2, 2))
    output[:, 1, 0, 0] = 0
    (reading,) = DeadUnits().measure(Snapshot(0, activations={"c": output}))
    assert reading.value == 1 / 12


def test_integers_have_activations_after_them_and_no_signal_before_the_first_weight(loss):
    net = nn.Sequential()
    net.add(nn.Flatten(), nn.Embedding(5, 3), nn.Dense(2))
    net.initialize()
    x = np.arange(6).reshape(3, 2) % 5
    net(Tensor(x))
    seen = observe(net, x, np.zeros((3, 2), np.float32), loss)
    assert list(seen.activations) == ["0", "1", "2"]
    assert list(seen.signals) == ["1", "2"]
    assert "signal_grad_std/0" not in values(ActivationMoments(), seen)
