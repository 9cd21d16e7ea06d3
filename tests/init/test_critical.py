"""The initializer at the edge of chaos, and how a run's plan tells it the activation."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from initlab import nd, nn
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadValueError, UnknownNameError
from initlab.init import (
    AtPoint,
    Critical,
    ExactGain,
    ParameterSpec,
    RandomWalk,
    Role,
    Scaled,
    VarianceScaling,
    make_plan,
)
from initlab.nd.random import stream
from initlab.running import forecast, plan
from initlab.running.suiting import resolve_with_activations, suited
from initlab.theory import Phase, derivative
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


ACTIVATIONS = [  # weight variance, bias variance, and what a unit input makes with the first weight
    ("relu", 2.0, 0.0, 1.0),
    ("tanh", 1.0, 0.0, 1.0),
    ("gelu", 1.98305826, 0.17292239, 3.5615528),
    ("sigmoid", 103.00755386, 0.0, 45.624277797),
]


@pytest.mark.parametrize(("name", "weight", "bias", "length"), ACTIVATIONS)
def test_a_run_is_planned_at_its_own_activations_edge(name, weight, bias, length):
    made = plan(composed("model=deep_mlp", "model.depth=3", f"model.activation={name}"))
    first = made["hidden.0.weight"].initializer
    assert first == made["hidden.0.bias"].initializer
    assert first.bias_variance == pytest.approx(bias, abs=1e-8)
    assert first.weight_variance + first.bias_variance == pytest.approx(length, rel=1e-7)
    for path in ("hidden.1", "hidden.2", "output"):
        point = made[f"{path}.weight"].initializer
        assert point.weight_variance == pytest.approx(weight, rel=1e-8)
        assert point == made[f"{path}.bias"].initializer
        assert made[f"{path}.bias"].initializer.variance(BIAS) == pytest.approx(bias, abs=1e-8)


@pytest.mark.parametrize("name", ["relu", "tanh", "sin", "hardtanh", "gelu", "silu", "elu"])
def test_theory_agrees_that_it_is_critical(name):
    made = forecast(composed("model=deep_mlp", "model.depth=12", f"model.activation={name}"))
    assert made.field.phase is Phase.critical


BIASED = "init.weight.bias_variance=0.05"
STAYING = [
    *([name] for name in ("relu", "gelu", "silu", "mish", "sigmoid")),
    *([name, BIASED] for name in ("tanh", "elu", "selu")),
]


@pytest.mark.parametrize(("name", "options"), [(name, options) for name, *options in STAYING])
def test_fifty_layers_stay_at_the_edge_from_the_first_on(name, options):
    net = "model=deep_mlp", "model.depth=50", f"model.activation={name}"
    made = forecast(composed(*net, *options))
    lengths = [level.signal.second_moment for level in made.stream]
    assert lengths == pytest.approx([lengths[0]] * 50, rel=1e-3)  # the digits' moment is 1 to 1e-6
    assert made.gradient_change == pytest.approx(1, abs=1e-2)
    assert "over 50 layers: critical phase." in made.verdict()


@pytest.mark.parametrize("name", ["tanh", "erf", "sin"])
def test_where_only_length_0_is_critical_gradients_shrink_as_a_power_and_the_plan_says_so(name):
    # near 0, E f^2 = q - k q^2 and E f'^2 = 1 - k q, so that q = 1 / k depth, and gradients
    # shrink as depth^-1/2 (Roberts & Yaida, 2022), where 50 layers of the first chi leave 1e-4
    net = "model=deep_mlp", f"model.activation={name}"
    fifty, hundred = (forecast(composed(*net, f"model.depth={depth}")) for depth in (50, 100))
    assert hundred.gradient_change / fifty.gradient_change == pytest.approx(2**-0.5, rel=0.05)
    assert "ever more slowly, on the way to the edge of chaos." in fifty.verdict()
    assert "ordered" not in fifty.verdict()
    made = plan(composed(*net, "model.depth=2"))
    assert made["hidden.0.weight"].initializer == AtPoint(1.0)
    assert "chi_1 = 1 at length 0 alone" in made["hidden.0.weight"].why
    assert not any("chi_1" in made[path].why for path in ("hidden.0.bias", "hidden.1.weight"))


@pytest.mark.parametrize("name", ["gelu", "silu", "sigmoid"])
def test_a_drawn_net_keeps_the_length_and_its_gradients(name):
    f, n, depth, seeds = nd.ACTIVATIONS[name], 500, 20, 8
    first, _ = Critical().first(f)
    inner, slope = Critical().after(f), derivative(f)
    weight, bias = ParameterSpec((n, n)), ParameterSpec((n,), role=Role.bias, in_axes=())
    kept, passed = [], []
    for seed in range(seeds):
        rng = stream(seed, name)
        x, factors = rng.standard_normal(n), []
        for layer in range(depth):
            made = inner if layer else first
            w = made(weight, rng)
            z = w @ x + made(bias, rng)
            factors.append((w, slope(z)))
            x = f(z)
        kept.append(np.mean(z**2))
        g = rng.standard_normal(n)
        sent = np.mean(g**2)
        for w, along in reversed(factors[1:]):
            g = w.T @ (g * along)
        passed.append(np.mean(g**2) / sent)
    q = first.weight_variance + first.bias_variance
    # one draw of 20 layers spreads by about sqrt(20 * 6 / 500) = 0.5 at most, a mean of 8 by 0.18
    assert np.mean(kept) == pytest.approx(q, rel=0.5)
    assert np.exp(np.mean(np.log(passed))) == pytest.approx(1, rel=0.5)


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
    around = resolve_with_activations(net, x)
    assert list(around.first) == ["0"]
    np.testing.assert_allclose(around.first["0"](np.array([-1.0, 2.0])), [-0.5, 2.0])
    made = suited(make_plan(slots(net), roles={"weight": Critical()}), around)
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


FIRSTS = {
    "one of its own": (lambda: [nn.Dense(4, "gelu"), nn.Dense(4)], {"0": "gelu"}),
    "none": (lambda: [nn.Dense(4), nn.Dense(4)], {"0": None}),
    "the output's": (lambda: [nn.Dense(4, "softplus")], {"0": None}),
    "behind a normalization": (
        lambda: [nn.Dense(4), nn.LayerNorm(), nn.Activation("gelu"), nn.Dense(4)], {"0": None}
    ),
    "the input's": (lambda: [nn.Activation("gelu"), nn.Dense(4, "gelu")], {}),
    "in a branch": (
        lambda: [nn.Residual(nn.Sequential({"a": nn.Dense(4, "tanh"), "b": nn.Dense(4)}))],
        {"0.body.a": "tanh"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("activation", FIRSTS)
def test_the_first_layer_is_told_what_its_sums_go_through_to_the_next(activation):
    layers, first = FIRSTS[activation]
    with fresh_names():
        net = nn.Sequential()
        net.add(*layers())
    found = resolve_with_activations(net, np.zeros((2, 4), np.float32)).first
    assert found == {path: name and nd.ACTIVATIONS[name] for path, name in first.items()}


def test_what_changes_anothers_draw_hands_the_first_layer_on():
    made, note = Scaled(2.0, of=Critical()).first(nd.gelu)
    assert made == Scaled(2.0, of=Critical().first(nd.gelu)[0])
    assert "make sums of q* = 3.562" in note
    assert Scaled(2.0, of=VarianceScaling(2.0)).first(nd.gelu)[0] == Scaled(
        2.0, VarianceScaling(2.0)
    )
    gained = ExactGain()
    assert gained.first(nd.gelu) == (gained.after(None), "")


def test_an_activation_without_an_edge_is_told_with_its_place():
    with pytest.raises(BadValueError, match="softplus has no edge of chaos") as caught:
        plan(composed("model.activation=softplus"))
    assert "for hidden.0.weight, which gets Critical" in caught.value.full()


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
