"""What holds for every calibrator: it touches nothing it was not given, and is deterministic."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nn
from initlab.calibrators import (
    Batch,
    Calibration,
    GradInit,
    MetaInit,
    OutputPrior,
    Ridge,
    calibrators,
)
from initlab.catalog import load_catalog
from initlab.config import compose
from initlab.errors import BadValueError
from initlab.nd.random import generator
from initlab.running import live, plan
from initlab.running.events import Drawn
from initlab.tree import parameters

CATALOG = load_catalog(installed=False)
NAMES = sorted(calibrators())
PARTIAL = {
    "admin",
    "kmeans",
    "mimetic",
    "output_prior",
    "pca",
    "rai_bias",
    "ridge",
}  # not every weight
by_name = pytest.mark.parametrize("name", NAMES)


@by_name
def test_equal_nets_and_batches_give_equal_bits(name, chain, batch, arrays):
    found = []
    for _ in range(2):
        net = chain()
        calibrators()[name]().calibrate(net, batch)
        found.append(arrays(net))
    assert [a.tobytes() for a in found[0].values()] == [a.tobytes() for a in found[1].values()]


@by_name
def test_it_says_what_it_did_and_did_it(name, chain, batch, arrays):
    net = chain(bias=0.5 if name in PARTIAL else 0.0)
    before = arrays(net)
    done = calibrators()[name]().calibrate(net, batch)
    assert all(isinstance(c, Calibration) for c in done)
    weights = {path for path in before if path.endswith("weight")}
    told = {c.path for c in done}
    assert told == weights if name not in PARTIAL else told < set(before)
    for c in done:
        assert bool(c.why) != c.converged
        norms = np.linalg.norm(arrays(net)[c.path]) / np.linalg.norm(before[c.path])
        assert norms == pytest.approx(c.factor, rel=1e-4)


@by_name
@pytest.mark.parametrize("inner", [nn.Activation, lambda f: nn.Residual(nn.Activation(f))])
def test_a_net_without_parameters_is_refused(name, batch, inner):
    net = nn.Sequential()
    net.add(inner("relu"))
    with pytest.raises(BadValueError, match=r"nothing to calibrate|0 or frozen"):
        calibrators()[name]().calibrate(net, batch)


@by_name
def test_gradients_statistics_streams_and_the_batch_are_left_alone(name, chain, batch):
    net = chain(norm=True)
    for p in parameters(net).values():
        if p.grad_req != "null":
            p.grad().array[...] = 7
    kept = {path: np.array(p.data()) for path, p in parameters(net).items() if "running" in path}
    assert kept
    x, y, state = batch.x.copy(), batch.y.copy(), str(generator().bit_generator.state)
    calibrators()[name]().calibrate(net, batch)
    assert all((np.asarray(p.grad()) == 7).all() for p in parameters(net).values()
               if p.grad_req != "null")  # fmt: skip
    for path, before in kept.items():
        np.testing.assert_array_equal(parameters(net)[path].data(), before)
    np.testing.assert_array_equal(batch.x, x)
    np.testing.assert_array_equal(batch.y, y)
    assert str(generator().bit_generator.state) == state


@by_name
def test_embeddings_and_gains_keep_their_values(name):
    tokens = np.arange(24).reshape(6, 4) % 5
    net = nn.Sequential()
    net.add(nn.Embedding(5, 8), nn.LayerNorm(), nn.Dense(3))
    net.initialize("normal")
    net(tokens)
    before = {p: np.array(v.data()) for p, v in parameters(net).items()}
    given = Batch(tokens, np.arange(6) % 3, nn.SoftmaxCrossEntropyLoss())
    if name == "metainit":
        with pytest.raises(BadValueError, match=r"MetaInit draws inputs of N\(0, 1\), no int"):
            MetaInit().calibrate(net, given)
        return
    calibrators()[name]().calibrate(net, given)
    if name != "gradinit":  # which scales every tensor
        for path in ("0.weight", "1.gamma"):
            np.testing.assert_array_equal(parameters(net)[path].data(), before[path])


@by_name
def test_a_run_starts_from_what_it_reached(name):
    options = ["model.width=12", "model.depth=2", "training.epochs=0", "tracking=none"]
    spec = compose([f"+init={name}", *options], catalog=CATALOG)
    drawn = next(event for event in live(spec) if isinstance(event, Drawn))
    noise = "inputs of N(0, 1) with the labels of " if name == "metainit" else ""
    size = min(calibrators()[name].samples or 64, 1438)  # 80 % of the 1797 digits
    assert drawn.seen == f"{noise}the first {size} training samples"
    weights = ["hidden.0.weight", "hidden.1.weight", "output.weight"]
    told = [c.path for c in drawn.calibrations]
    assert told == weights if name not in PARTIAL else set(told) < {*weights, "output.bias"}


@by_name
def test_its_base_draw_can_be_changed(name):
    spec = compose([f"+init={name}", "init.weight.name=xavier"], catalog=CATALOG)
    assert str(plan(spec)["hidden.0.weight"].initializer).startswith("Xavier(")
    assert isinstance(spec.init.calibrate, calibrators()[name])
    by_default = plan(compose([f"+init={name}"], catalog=CATALOG))["hidden.0.weight"].initializer
    assert type(by_default) is CATALOG.initializers[calibrators()[name].base].cls


@pytest.mark.parametrize("made", [GradInit(), MetaInit(), OutputPrior(), Ridge()])
def test_who_follows_the_loss_asks_for_labels(made, chain, batch):
    with pytest.raises(BadValueError, match=rf"{type(made).__name__} follows the loss, so its"):
        made.calibrate(chain(), Batch(batch.x))


def test_a_batch_without_samples_or_with_other_labels_is_refused(batch):
    with pytest.raises(BadValueError, match="at least one sample, got none"):
        Batch(batch.x[:0])
    with pytest.raises(BadValueError, match="A batch of 64 inputs has 3 labels"):
        Batch(batch.x, batch.y[:3])


OPTIONS = [
    ("empirical_gain", {"tolerance": 0.0}, "tolerance must be positive, got 0.0"),
    ("weight_norm", {"tolerance": -1.0}, "tolerance must be positive, got -1.0"),
    ("gradinit", {"gamma": 0.0}, "gradinit: gamma must be positive, got 0.0"),
    ("gradinit", {"iterations": 0}, "gradinit: iterations must be at least 1, got 0"),
    ("metainit", {"momentum": 1.0}, "momentum=1.0"),
    ("metainit", {"iterations": 0}, "iterations must be at least 1, got 0"),
    ("metainit", {"tolerance": 0.0}, "tolerance must be positive, got 0.0"),
    ("kmeans", {"samples": 1}, "kmeans: samples must be at least 2, got 1"),
    ("pca", {"samples": 0}, "pca: samples must be at least 2, got 0"),
    ("kmeans", {"iterations": 0}, "kmeans: iterations must be at least 1, got 0"),
    ("mimetic", {"value_noise": -1.0}, "mimetic: value_noise must not be negative, got -1.0"),
    ("output_prior", {"smoothing": 0.0}, "output_prior: smoothing must be positive, got 0.0"),
    ("ridge", {"penalty": -1.0}, "ridge: penalty must be positive, got -1.0"),
    ("krahenbuhl", {"alpha": 0.0}, "alpha=0.0"),
    ("krahenbuhl", {"spread": 0.9}, "spread=0.9"),
]


@pytest.mark.parametrize(("name", "options", "message"), OPTIONS)
def test_impossible_options_are_refused(name, options, message):
    with pytest.raises(BadValueError, match=message):
        calibrators()[name](**options)
