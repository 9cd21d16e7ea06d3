"""One pass that sees everything and leaves no trace."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.errors import SelectsNothingError
from initlab.nd.random import generator
from initlab.probes import (
    ActivationMoments,
    WeightMoments,
    blocks_to_observe,
    observe,
    select_places,
)
from initlab.tree import blocks, parameters, tie

X = np.random.default_rng(5).standard_normal((6, 4)).astype(np.float32)
Y = np.random.default_rng(6).standard_normal((6, 2)).astype(np.float32)


def state(net):
    """Everything of a net and its surroundings that a probe might disturb, as bytes."""
    return (
        {path: np.asarray(p.data()).tobytes() for path, p in parameters(net).items()},
        {path: np.asarray(p.grad()).tobytes() for path, p in parameters(net).items()},
        {path: p.grad_req for path, p in parameters(net).items()},
        str(generator().bit_generator.state),
        autograd.is_recording(),
        autograd.is_training(),
        sum(len(b._before) + len(b._after) for b in blocks(net).values()),
    )


@pytest.mark.parametrize("grad_req", ["write", "add"])
def test_an_observation_changes_nothing(sequential, loss, grad_req):
    net = sequential(
        nn.Dense(8, activation="relu"), nn.Dropout(0.5), nn.LayerNorm(), nn.Dense(2), inputs=(2, 4)
    )
    net.collect_params().setattr("grad_req", grad_req)
    with autograd.record():
        value = loss(net(Tensor(X)), Tensor(Y))
    value.backward()
    before, x, y = state(net), X.copy(), Y.copy()
    observe(net, X, Y, loss)
    assert state(net) == before
    np.testing.assert_array_equal((X, Y)[0], x)
    np.testing.assert_array_equal((X, Y)[1], y)


def test_an_observation_inside_a_recording_leaves_its_graph(sequential, loss):
    net = sequential(nn.Dense(2), inputs=(2, 4))
    with autograd.record():
        value = loss(net(Tensor(X)), Tensor(Y))
        observe(net, X, Y, loss)
        assert autograd.is_recording()
        assert autograd.is_training()
    value.backward()
    expected = 6 * observe(net, X, Y, loss).gradients["0.weight"]  # a sum, not a mean, of six
    np.testing.assert_allclose(net[0].weight.grad().array, expected, rtol=1e-5)


def test_dropout_is_out_of_force(sequential, loss):
    net = sequential(nn.Dense(8), nn.Dropout(0.5), nn.Dense(2), inputs=(2, 4))
    with autograd.record(train_mode=True):
        seen = observe(net, X, Y, loss)
    np.testing.assert_array_equal(seen.activations["0"], seen.activations["1"])
    assert np.count_nonzero(seen.activations["1"]) == 48


def test_the_loss_and_its_gradients_are_those_of_the_batch_s_mean(sequential, loss):
    net = sequential(nn.Dense(2), inputs=(2, 4))
    w, b = (np.asarray(p.data(), np.float64) for p in parameters(net).values())
    rest = X @ w.T + b - Y
    seen = observe(net, X, Y, loss)
    assert seen.loss == pytest.approx(np.mean(rest**2) / 2, rel=1e-6)
    np.testing.assert_allclose(seen.gradients["0.weight"], rest.T @ X / 12, rtol=1e-5)
    np.testing.assert_allclose(seen.gradients["0.bias"], rest.sum(axis=0) / 12, rtol=1e-5)
    np.testing.assert_allclose(seen.signals["0"], rest / 12, rtol=1e-5)


@pytest.mark.parametrize(
    "first", [nn.Flatten, lambda: nn.Dropout(0.5), lambda: nn.Activation("tanh"), nn.LayerNorm]
)
def test_a_net_may_begin_with_a_block_without_weights(sequential, loss, first):
    net = sequential(first(), nn.Dense(2), inputs=(2, 4))
    seen = observe(net, X, Y, loss)
    assert list(seen.signals) == list(seen.activations) == ["0", "1"]
    w = np.asarray(net[1].weight.data())
    np.testing.assert_allclose(seen.signals["0"], seen.signals["1"] @ w, rtol=1e-5, atol=1e-8)


def test_a_frozen_parameter_has_no_gradient_and_stops_no_other_s(sequential, loss):
    net = sequential(nn.Dense(3), nn.Dense(2), inputs=(2, 4))
    everything = observe(net, X, Y, loss)
    net[1].weight.grad_req = "null"
    seen = observe(net, X, Y, loss)
    assert list(seen.gradients) == ["0.weight", "0.bias", "1.bias"]
    np.testing.assert_array_equal(seen.gradients["0.weight"], everything.gradients["0.weight"])
    net.collect_params().setattr("grad_req", "null")
    assert observe(net, X, Y, loss).gradients == {}


def test_a_tied_parameter_is_seen_once_with_the_sum_of_its_uses(sequential, loss):
    net = sequential(nn.Dense(4), nn.Dense(4), nn.Dense(2), inputs=(2, 4))
    net[1].weight.set_data(net[0].weight.data())
    net[1].bias.set_data(net[0].bias.data())
    apart = observe(net, X, Y, loss).gradients
    for name in ("weight", "bias"):
        tie(net, parameter=f"1.{name}", to=f"0.{name}")
    together = observe(net, X, Y, loss).gradients
    assert list(together) == ["0.weight", "0.bias", "2.weight", "2.bias"]
    for name in ("weight", "bias"):
        both = apart[f"0.{name}"] + apart[f"1.{name}"]
        np.testing.assert_allclose(together[f"0.{name}"], both, rtol=1e-4, atol=1e-6)


def test_the_signal_is_observed_behind_layers_and_not_inside_them(sequential):
    branch = nn.Sequential()
    branch.add(norm=nn.LayerNorm(), wide=nn.Dense(4, activation="relu"))
    net = sequential(nn.Dense(4, activation="tanh"), nn.Residual(branch), nn.Activation("relu"))
    assert list(blocks_to_observe(net)) == ["0", "1", "1.body.norm", "1.body.wide", "2"]


def test_a_net_that_is_tied_through_keeps_its_places(sequential):
    net = sequential(nn.Dense(4), nn.Dense(4, activation="relu"), inputs=(2, 4))
    for name in ("weight", "bias"):
        tie(net, parameter=f"1.{name}", to=f"0.{name}")
    assert list(blocks_to_observe(net)) == ["0", "1"]  # nor '1.act', inside a layer still


def test_a_pattern_chooses_among_what_its_probe_is_over(sequential):
    net = sequential(nn.Dense(4), nn.Dense(2), inputs=(2, 4))
    assert select_places(WeightMoments(), "*.bias", net, "p") == ["0.bias", "1.bias"]
    assert select_places(ActivationMoments(), "**", net, "p") == ["0", "1"]


@pytest.mark.parametrize(
    ("probe", "match"), [(WeightMoments(), "0.wieght"), (ActivationMoments(), "0.weight")]
)
def test_a_pattern_that_selects_nothing_is_refused(sequential, probe, match):
    net = sequential(nn.Dense(4), nn.Dense(2), inputs=(2, 4))
    with pytest.raises(SelectsNothingError, match=rf"(?s)probe 'mine'.*{match}.*0"):
        select_places(probe, match, net, "probe 'mine'")


NAMES = """
import initlab, sys
[initlab.nn.Dense(2) for _ in range(int(sys.argv[1]))]  # other layers before move the counters
spec = initlab.compose(["training.epochs=0", "tracking=none", "model.depth=2"])
print(*(r.metric for _, found in initlab.run(spec).readings for r in found))
"""


def test_readings_have_the_same_names_in_any_process(tmp_path):
    runs = [
        subprocess.run(
            [sys.executable, "-c", NAMES, count],
            capture_output=True, text=True, check=True, cwd=tmp_path,
        ).stdout.split()
        for count in ("0", "3")
    ]  # fmt: skip
    assert runs[0] == runs[1]
    places = {name.partition("/")[2] for name in runs[0]}
    layers = ("hidden.0", "hidden.1", "output")
    assert places == {*layers, *(f"{at}.{p}" for at in layers for p in ("weight", "bias"))}
