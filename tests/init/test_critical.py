"""The initializer at the edge of chaos, and how a run's plan tells it the activation."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from initlab import nn
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadValueError, UnknownNameError
from initlab.init import (
    AtPoint,
    Critical,
    ParameterSpec,
    RandomWalk,
    Role,
    VarianceScaling,
    make_plan,
)
from initlab.nd.random import stream
from initlab.running import forecast, plan
from initlab.running.suiting import resolve_with_activations, suited
from initlab.theory import Phase
from initlab.tree import fresh_names, slots

CATALOG = load_catalog(installed=False)
WEIGHT, BIAS = ParameterSpec((40, 100)), ParameterSpec((40,), role=Role.bias, in_axes=())


def composed(*overrides):
    return compose(["+init=critical", *overrides], catalog=CATALOG)


def test_relus_point_is_hes():
    assert Critical("relu").variance(WEIGHT) == pytest.approx(VarianceScaling(2.0).variance(WEIGHT))
    assert Critical("relu").variance(BIAS) == 0


def test_a_weight_and_its_bias_are_drawn_at_one_point():
    made = Critical("tanh", bias_variance=0.05)
    assert made.variance(WEIGHT) == pytest.approx(0.01760955, abs=5e-9)
    assert made.variance(BIAS) == pytest.approx(0.05)
    w = made(ParameterSpec((200, 200)), stream(0, "w"))
    assert w.std() == pytest.approx(sqrt(1.760955 / 200), rel=5 / sqrt(2 * w.size))  # 5 SE


def test_without_an_activation_it_is_the_identitys():
    assert Critical().variance(WEIGHT) == pytest.approx(1 / 100)
    assert Critical().after(None) == AtPoint(1.0)
    assert Critical("tanh", 0.05).after(np.sin) == Critical("tanh", 0.05).after(None)


def test_every_initializer_can_be_told_and_few_care():
    assert VarianceScaling(2.0).after(np.tanh) == VarianceScaling(2.0)


ACTIVATIONS = [("relu", 2.0, 0.0), ("tanh", 1.0, 0.0), ("gelu", 1.98305826, 0.17292239)]


@pytest.mark.parametrize(("name", "weight", "bias"), ACTIVATIONS)
def test_a_run_is_planned_at_its_own_activations_edge(name, weight, bias):
    made = plan(composed("model=deep_mlp", "model.depth=3", f"model.activation={name}"))
    assert made["hidden.0.weight"].initializer == AtPoint(1.0)  # nothing comes before it
    for path in ("hidden.1", "hidden.2", "output"):
        point = made[f"{path}.weight"].initializer
        assert point.weight_variance == pytest.approx(weight, rel=1e-8)
        assert point == made[f"{path}.bias"].initializer
        assert made[f"{path}.bias"].initializer.variance(BIAS) == pytest.approx(bias, abs=1e-8)


@pytest.mark.parametrize("name", ["relu", "tanh", "sin", "hardtanh"])
def test_theory_agrees_that_it_is_critical(name):
    made = forecast(composed("model=deep_mlp", "model.depth=12", f"model.activation={name}"))
    assert made.field.phase is Phase.critical


@pytest.mark.parametrize("name", ["gelu", "silu"])
def test_a_half_stable_point_is_missed_by_little_from_a_unit_signal(name):
    made = forecast(composed("model=deep_mlp", "model.depth=12", f"model.activation={name}"))
    assert made.field.chi_1 == pytest.approx(1, abs=0.01)


def test_weights_and_biases_keep_to_one_bias_variance():
    made = plan(composed("model.activation=tanh", "init.weight.bias_variance=0.05"))
    assert made["hidden.1.bias"].initializer.bias_variance == 0.05
    assert made["hidden.1.weight"].initializer.weight_variance == pytest.approx(1.760955, abs=1e-6)


def test_activations_stand_apart_or_are_cut_off_by_what_is_between():
    with fresh_names():
        net = nn.Sequential()
        net.add(
            nn.Dense(8), nn.LeakyReLU(0.5), nn.Dropout(0.1), nn.Dense(8, "tanh"), nn.LayerNorm(),
            nn.Dense(8), nn.Activation("relu"), nn.Residual(nn.Dense(8)), nn.Dense(3),
        )  # fmt: skip
    x = np.zeros((2, 4), np.float32)
    before = resolve_with_activations(net, x)
    made = suited(make_plan(slots(net), roles={"weight": Critical()}), before)
    found = {e.path: e.initializer for e in made if e.path.endswith("weight")}
    assert found["3.weight"].weight_variance == pytest.approx(2 / (1 + 0.5**2))
    assert found["5.weight"] == AtPoint(1.0)  # a normalization comes before it
    assert found["7.body.weight"].weight_variance == pytest.approx(2.0)
    assert found["8.weight"] == AtPoint(1.0)  # a sum comes before it


def test_a_random_walk_has_the_gain_of_the_nets_activation_or_the_one_that_it_is_told():
    for name, gain in (("relu", RandomWalk("relu")), ("identity", RandomWalk("linear"))):
        options = ["+init=random_walk", f"model.activation={name}"]
        made = plan(compose([*options, "model=deep_mlp"], catalog=CATALOG))
        assert made["hidden.1.weight"].initializer == gain
    with pytest.raises(BadValueError, match=r"linear and relu nets, and here is tanh\. Say whose"):
        plan(compose(["+init=random_walk", "model.activation=tanh"], catalog=CATALOG))
    options = ["+init=random_walk", "init.weight.activation=linear", "model.activation=tanh"]
    told = plan(compose(options, catalog=CATALOG))["output.weight"].initializer
    assert told == RandomWalk("linear")


def test_an_activation_without_an_edge_is_told_with_its_place():
    with pytest.raises(BadValueError, match="softplus has no edge of chaos") as caught:
        plan(composed("model.activation=softplus"))
    assert "for hidden.1.weight, which gets Critical" in caught.value.full()


def test_impossible_options_are_refused():
    with pytest.raises(UnknownNameError, match=r"Unknown activation 'rleu'\. Did you mean 'relu'"):
        Critical("rleu")
    with pytest.raises(BadValueError, match="critical: bias_variance must not be negative, got -1"):
        Critical("relu", -1)
    with pytest.raises(BadValueError, match="critical: bias_variance must be a finite number"):
        Critical("relu", np.inf)
    with pytest.raises(BadValueError, match="critical: weight_variance must not be negative"):
        AtPoint(-1.0)
    with pytest.raises(BadValueError, match=r"relu has no edge of chaos with bias variance 0\.1"):
        Critical("relu", 0.1).variance(WEIGHT)


@pytest.mark.parametrize("name", ["add", "argmax", "ENDINGS", ""])
def test_a_function_that_is_no_activation_is_refused(name):
    with pytest.raises(UnknownNameError, match=r"Unknown activation .* Known: elu, erf, gelu"):
        Critical(name)
