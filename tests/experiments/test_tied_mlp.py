"""The claim of experiments/tied_mlp.yaml, believed or refused."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

import initlab
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.running import build
from initlab.tree import blocks, parameters


@pytest.fixture(scope="module")
def result():
    spec = compose(["+experiment=tied_mlp", "tracking=none"], catalog=load_catalog(installed=False))
    return initlab.run(spec)


def readings(result, statistic):
    """Return the values by place of each step at which the statistic was read."""
    return {
        step: {r.place: r.value for r in found if r.statistic == statistic}
        for step, found in result.readings
    }


def test_the_shared_layer_is_listed_once(result):
    listed = parameters(result.net)
    assert len(listed) == 6
    assert sum(np.asarray(p.data()).size for p in listed.values()) == 330
    places = blocks(result.net)
    assert places["hidden.1"].weight is places["hidden.2"].weight


def test_the_loss_falls_at_each_of_the_first_five_steps(result):
    losses = [step.loss for step in result.steps]
    assert len(losses) == 5
    assert all(after < before for before, after in pairwise(losses))


def test_weights_and_gradients_are_observed_at_each_step(result):
    weights, gradients = readings(result, "weight_std"), readings(result, "grad_std")
    assert list(weights) == [0, 1, 2, 3, 4, 5]
    assert all("hidden.1.weight" in places for places in weights.values())
    assert all("hidden.2.weight" not in places for places in weights.values())
    assert all(places["hidden.1.weight"] > 0 for places in gradients.values())


def test_the_gradient_is_the_sum_over_both_uses(result):
    net = result.net
    untied = build(compose(["+experiment=tied_mlp"]).model)
    x = initlab.nd.array(np.random.default_rng(0).standard_normal((5, 20)))
    untied.initialize()
    untied(x)
    for path, parameter in parameters(untied).items():
        tied_path = path.replace("hidden.2", "hidden.1")
        parameter.set_data(parameters(net)[tied_path].data())
    for model in (net, untied):
        with initlab.autograd.record():
            loss = (model(x) ** 2).sum()
        loss.backward()
    shared = np.asarray(parameters(net)["hidden.1.weight"].grad())
    parts = [np.asarray(parameters(untied)[f"hidden.{i}.weight"].grad()) for i in (1, 2)]
    np.testing.assert_allclose(shared, parts[0] + parts[1], rtol=1e-5, atol=1e-7)


def test_another_seed_gives_another_net_and_the_same_claim():
    spec = compose(
        ["+experiment=tied_mlp", "tracking=none", "seed=1"], catalog=load_catalog(installed=False)
    )
    losses = [step.loss for step in initlab.run(spec).steps]
    assert losses[-1] < losses[0]
