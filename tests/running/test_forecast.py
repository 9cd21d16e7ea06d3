"""What theory foretells of a net, held against the net's own signals and gradients."""

from __future__ import annotations

from functools import partial
from math import inf, sqrt

import numpy as np
import pytest
from matplotlib.figure import Figure

import initlab
from initlab import autograd, nn, theory
from initlab.autograd import Tensor
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadValueError
from initlab.init import Normal, VarianceScaling, Zeros, make_plan
from initlab.nd.random import Streams
from initlab.probes import Foretold
from initlab.running import draw_phases, forecast, live
from initlab.running.events import Measured
from initlab.running.expectation import Expected, expected, foretold, foretold_gradients
from initlab.running.staging import stages
from initlab.theory import MeanField, Phase, Signal, predict
from initlab.tree import apply_plan, blocks, fresh_names, resolve_shapes, slots

CATALOG = load_catalog(installed=False)
N, BATCH = 128, 16


def told(*overrides):
    return forecast(compose(overrides, catalog=CATALOG))


def planned(*layers, weight=None, bias=None, x=None):
    with fresh_names():
        net = nn.Sequential()
        net.add(*layers)
    resolve_shapes(net, x if x is not None else np.zeros((2, N), np.float32))
    roles = {"weight": weight or VarianceScaling(), "bias": bias or Zeros()}
    return net, make_plan(slots(net), roles=roles)


def keep(seen, path, block, inputs, output):
    seen[path] = output


def measured(net, plan, seeds):
    """Return the mean over seeds of each block's output second moment, and of its gradient's."""
    moments, gradients = [], []
    for seed in range(seeds):
        apply_plan(net, plan, Streams(seed))
        rng = np.random.default_rng(seed)
        x = Tensor(rng.standard_normal((BATCH, N)).astype(np.float32))
        seen = {}
        hooks = [
            block.register_forward_hook(partial(keep, seen, path))
            for path, block in blocks(net).items()
        ]
        with autograd.record():
            y = net(x)
        noise = rng.standard_normal(y.shape).astype(np.float32)
        places = list(seen)
        found = autograd.grad(y, [seen[p] for p in places], noise)
        for hook in hooks:
            hook.detach()
        moments.append({p: np.mean(np.square(np.asarray(seen[p]))) for p in places})
        gradients.append(
            {p: np.mean(np.square(np.asarray(g))) for p, g in zip(places, found, strict=True)}
        )
    average = lambda rows: {p: np.mean([row[p] for row in rows]) for p in rows[0]}
    return average(moments), average(gradients)


NETS = {
    "tanh": lambda: [nn.Dense(N, "tanh") for _ in range(5)],
    "relu, layers apart": lambda: [
        layer for _ in range(4) for layer in (nn.Dense(N, use_bias=False), nn.LeakyReLU(0.2))
    ],
    "layer norm": lambda: [
        layer for _ in range(3) for layer in (nn.Dense(N, "gelu"), nn.LayerNorm())
    ],
    "residual": lambda: [nn.Residual(nn.Dense(N, use_bias=False)) for _ in range(4)],
    "batch norm": lambda: [
        layer
        for _ in range(3)
        for layer in (nn.Dense(N, use_bias=False), nn.BatchNorm(), nn.Activation("relu"))
    ],
}


@pytest.mark.parametrize("name", NETS)
def test_a_drawn_net_does_what_was_foretold(name):
    net, plan = planned(*NETS[name](), weight=VarianceScaling(2.0), bias=Normal(0.1))
    common = 0.0 if "batch" in name else None
    levels = {x.path: x for x in predict(stages(net, plan), Signal(1.0, common=common))}
    seeds = 30
    moments, gradients = measured(net, plan, seeds)
    output = f"{len(net) - 1}"
    for path in (p for p in blocks(net) if p in moments and p):
        # what a Dense returns is what comes out of its activation
        level = levels.get(f"{path}.act", levels[path])
        # 5 standard errors over the seeds, 2 % for width and batch; batch norm's batch is small
        slack = 5 * sqrt(level.signal.fluctuation / seeds) + (0.25 if common == 0 else 0.03)
        assert moments[path] == pytest.approx(level.signal.second_moment, rel=slack)
        relative = gradients[path] / gradients[output]
        last = levels.get(f"{output}.act", levels[output]).gradient
        assert relative == pytest.approx(level.gradient / last, rel=0.12 + slack)


def test_convolutions_are_foretold_away_from_the_edges():
    with fresh_names():
        net = nn.Sequential()
        net.add(
            nn.Reshape((4, 24, 24)), nn.Conv2D(64, 3, activation="relu"),
            nn.Conv2D(64, 4, strides=2, activation="tanh"), nn.Conv2D(32, 3, use_bias=False),
        )  # fmt: skip
    x = np.random.default_rng(0).standard_normal((4, 4 * 24 * 24)).astype(np.float32)
    resolve_shapes(net, x)
    plan = make_plan(slots(net), roles={"weight": VarianceScaling(2.0)})
    levels = {level.path: level for level in predict(stages(net, plan), Signal(1.0))}
    moments, slopes = [], []
    for seed in range(20):
        apply_plan(net, plan, Streams(seed))
        seen = {}
        hook = net[1].register_forward_hook(partial(keep, seen, "1"))
        with hook, autograd.record(train_mode=False):
            y = net(Tensor(x))
        noise = np.random.default_rng(seed).standard_normal(y.shape).astype(np.float32)
        slope = np.asarray(autograd.grad(y, seen["1"], noise))
        moments.append([np.mean(np.square(np.asarray(a))) for a in (seen["1"], y)])
        slopes.append(np.mean(np.square(slope[:, :, 6:-6, 6:-6])))
    first, last = np.mean(moments, axis=0)
    assert first == pytest.approx(levels["1.act"].signal.second_moment, rel=0.05)
    assert last == pytest.approx(levels["3"].signal.second_moment, rel=0.05)
    assert np.mean(slopes) == pytest.approx(levels["1.act"].gradient, rel=0.08)


def test_he_keeps_fifty_relu_layers_and_xavier_ends_them():
    he = told("+init=he", "model=deep_mlp", "model.depth=50")
    assert he.field.phase is Phase.critical
    assert he.signal_change == pytest.approx(1, rel=1e-9)
    assert he.gradient_change == pytest.approx(1, rel=1e-9)
    xavier = told("+init=xavier", "model=deep_mlp", "model.depth=50")
    assert xavier.gradient_change == pytest.approx(2**-24.5, rel=1e-9)
    assert "Gradients shrink by 4e-08 over 50 layers: ordered phase." in xavier.verdict()
    assert "chi_1 = 0.5" in xavier.verdict()


def test_the_input_is_the_datas():
    spec = compose(["+init=lecun", "model=deep_mlp"], catalog=CATALOG)
    x = spec.data.load(spec.source).train_x
    first = forecast(spec).levels[0]
    assert first.signal.second_moment == pytest.approx(np.mean(np.square(x, dtype=float)))


def test_a_normalized_residual_net_has_no_phase_and_is_told_by_its_sums():
    made = told("+init=he", "model=residual_mlp", "model.depth=4")
    assert made.field is None
    assert [level.path for level in made.stream] == [f"body.{i}" for i in range(4)]
    moments = [level.signal.second_moment for level in made.stream]
    np.testing.assert_allclose(np.diff(moments), 2, rtol=1e-9)  # relu(He) keeps 1, He doubles it
    assert "phase" not in made.verdict()


def test_chaos_is_told_with_the_depth_that_still_trains():
    spec = ["model=deep_mlp", "model.activation=tanh", "+init=he", "init.weight.scale=4"]
    made = told(*spec, "model.depth=100")
    assert made.field.phase is Phase.chaotic
    assert "Gradients grow by" in made.verdict()
    assert "layers (6 xi_c) train" in made.verdict()


def test_a_table_has_a_row_for_each_stage():
    made = told("+init=he")
    columns, rows = made.table()
    assert len(columns) == 4
    assert [row[0] for row in rows][:2] == ["hidden.0", "hidden.0.act"]
    assert rows[-1][0] == "output"
    assert rows[-1][3] == "1"


def test_zero_weights_end_every_signal():
    made = told("+init=zeros")
    assert made.signal_change == made.gradient_change == 0
    assert "vanish altogether" in made.verdict()


def test_an_embedding_begins_a_signal_of_its_own():
    tokens = np.zeros((2, 5), np.int64)
    net, plan = planned(
        nn.Embedding(7, 8), nn.Dense(4, flatten=False), weight=Normal(0.5), x=tokens
    )
    moments = [x.signal.second_moment for x in predict(stages(net, plan), Signal(1.0))]
    assert moments == pytest.approx([0.25, 8 * 0.25 * 0.25])


def test_a_block_that_theory_does_not_know_is_named():
    class Strange(nn.Block):
        def forward(self, x):
            return x

    net, plan = planned(nn.Dense(3), Strange())
    with pytest.raises(BadValueError, match=r"no prediction for the block 1, .*residual branches"):
        stages(net, plan)


def test_a_weight_without_a_claim_is_named():
    class Silent(initlab.init.Initializer):
        def __call__(self, spec, rng):
            return np.zeros(spec.shape)

    net, plan = planned(nn.Dense(3), weight=Silent())
    with pytest.raises(BadValueError, match=r"no prediction for 0\.weight: .* claims no mean"):
        stages(net, plan)


@pytest.mark.parametrize("f", [np.tanh, initlab.nd.relu, initlab.nd.gelu, initlab.nd.softplus])
def test_phases_are_drawn_for_any_activation(tmp_path, f):
    file = tmp_path / "phases.png"
    draw_phases(MeanField(f, 1.5, 0.1), "a net", file)
    assert file.read_bytes()[:4] == b"\x89PNG"


@pytest.mark.parametrize("f", [np.tanh, initlab.nd.gelu])
def test_no_line_runs_through_the_words_of_a_phase_diagram(monkeypatch, tmp_path, f):
    drawn = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: drawn.append(figure))
    draw_phases(MeanField(f, 2.25, 0.0), "a net", tmp_path / "phases.png", "chaotic: chi = 1.1")
    (axes,) = drawn[0].axes
    drawn[0].canvas.draw()
    words = [text for text in axes.texts if "gradients" in text.get_text()]
    assert {text.get_text().partition(":")[0] for text in words} == {"ordered", "chaotic"}
    plot = axes.get_window_extent()
    assert not any(text.get_window_extent().overlaps(plot) for text in words)
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["chaotic: chi = 1.1"]


def test_theory_is_behind_the_front_door():
    assert theory.critical(initlab.nd.relu).weight_variance == pytest.approx(2)


def test_a_weight_that_is_not_centred_is_named():
    net, plan = planned(nn.Dense(3), weight=initlab.init.Constant(0.1))
    with pytest.raises(BadValueError, match=r"for 0\.weight: .* has the mean 0\.1, and it takes"):
        stages(net, plan)


PROBED = ["model=deep_mlp", "model.depth=6", "probes=none", "+probes.size.name=signal_rms",
          "training.epochs=1", "tracking=none"]  # fmt: skip
BACKWARD = "probes.size.name=gradient_rms"


def first_readings(*overrides):
    events = live(compose([*PROBED, *overrides], catalog=CATALOG))
    measured = next(event for event in events if isinstance(event, Measured))
    return {reading.place: reading for reading in measured.readings}


@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_probes_reading_stands_beside_what_theory_foretold(activation, seed):
    readings = first_readings("+init=he", f"model.activation={activation}", f"seed={seed}")
    assert len(readings) >= 7
    for reading in readings.values():
        assert reading.expected > 0
        assert reading.verdict == "as expected"


@pytest.mark.parametrize("model", ["deep_mlp", "residual_mlp"])
@pytest.mark.parametrize("activation", ["relu", "tanh", "gelu"])
def test_a_gradients_reading_stands_beside_what_theory_foretold(model, activation):
    overrides = "+init=he", f"model={model}", "model.depth=6", f"model.activation={activation}"
    readings = first_readings(*overrides, BACKWARD)
    assert readings.pop("output").expected is None
    told = [one for one in readings.values() if one.expected is not None]
    assert len(told) >= 6
    for one in told:
        assert one.verdict == "as expected"
        assert one.value == pytest.approx(one.expected, rel=0.3)


def test_a_gradient_that_shrinks_as_foretold_is_as_expected():
    readings = first_readings("+init=xavier", BACKWARD)
    first, last = readings["hidden.0"], readings["hidden.5"]
    assert first.value / last.value == pytest.approx(sqrt(0.5**5), rel=0.5)
    assert first.expected / last.expected == pytest.approx(sqrt(0.5**5), rel=1e-6)
    assert first.verdict == "as expected"


@pytest.mark.parametrize("activation", ["identity", "relu", "tanh"])
@pytest.mark.parametrize("probe", [(), (BACKWARD,)])
def test_orthogonal_nets_are_read_beside_bands_of_their_own(activation, probe):
    for seed in range(3):
        net = f"model.activation={activation}", "model.width=64", f"seed={seed}"
        readings = first_readings("+init=orthogonal", *net, *probe)
        told = [one for path, one in readings.items() if one.expected and path != "output"]
        assert len(told) == 6
        for one in told:
            assert one.verdict == "as expected"
            assert one.standard_error < (2e-4 if activation == "identity" else 0.4) * one.expected


def test_a_wrong_gain_is_seen_by_the_probe_that_expects_another(monkeypatch):
    def wrong(_self, spec, rng, out):
        out[...] = rng.standard_normal(spec.shape) * 0.5

    monkeypatch.setattr(VarianceScaling, "write", wrong)
    readings = first_readings("+init=he")
    assert readings["hidden.5"].verdict == "off"
    assert first_readings("+init=he", BACKWARD)["hidden.0"].verdict == "off"


def test_a_calibrated_net_is_read_without_expectation():
    for probe in ((), (BACKWARD,)):
        assert all(r.expected is None for r in first_readings("+init=lsuv", *probe).values())


def test_a_net_that_theory_does_not_know_is_foretold_nothing():
    class Strange(nn.Block):
        def forward(self, x):
            return x

    net, plan = planned(nn.Dense(3), Strange())
    assert expected(net, plan, np.zeros((2, N), np.float32)) == {}
    assert foretold({}) == foretold_gradients({}, {}) == {}


@pytest.mark.parametrize("depth", [80, 140])
def test_a_net_that_overflows_diverges_and_never_fails_of_its_prediction(depth):
    wild = ("+init=normal", "init.weight.sigma=4", "model=deep_mlp", f"model.depth={depth}")
    probes = ("+probes.forward.name=signal_rms", "+probes.back.name=gradient_rms")
    spec = compose([*wild, *probes, "tracking=none", "training.epochs=1"], catalog=CATALOG)
    assert initlab.run(spec).outcome == "diverged"
    assert f"Gradients grow {'by 1e+107' if depth == 80 else 'beyond all'}" in told(*wild).verdict()


def test_without_a_band_nothing_is_off():
    assert foretold({"0": Expected(2.0, 1.0, inf, 1.0)}) == {"0": Foretold(2.0, None)}
    assert foretold({"0": Expected(inf, 1.0, inf, 1.0)}) == {}


def test_gradients_are_foretold_only_where_the_last_one_is_measured():
    net, plan = planned(nn.Dense(N, "tanh"), nn.Dense(N))
    levels = expected(net, plan, np.zeros((2, N), np.float32) + 1)
    ones = np.ones((2, N))
    assert foretold_gradients(levels, {"0": ones}) == {}
    told = foretold_gradients(levels, {"0": ones, "1": 3 * ones})
    assert set(told) == {"0", "0.act"}
    assert told["0"].value == pytest.approx(3 * levels["0"].gradient)
    assert told["0"].error == pytest.approx(told["0"].value * sqrt(np.log(1 + 2 / N)) / 2)
