"""What is measured in a life, held against arrays that a watcher takes along the way."""

from __future__ import annotations

import numpy as np
import pytest

import initlab
from initlab.autograd import Tensor
from initlab.nd.random import generator
from initlab.nn import SoftmaxCrossEntropyLoss
from initlab.running import (
    Diverged,
    Drawn,
    Finished,
    Measured,
    Planned,
    Scored,
    Stepped,
    assemble,
    build,
    live,
)
from initlab.tree import apply_plan, parameters

OPTIMIZERS = {
    "sgd": ["optim.weight_decay=0.1"],
    "momentum": ["optim.momentum=0.9", "optim.weight_decay=0.1"],
    "adam": ["optim=adam", "optim.lr=0.01"],
}


def copies(net):
    return {path: np.array(p.data(), np.float64) for path, p in parameters(net).items()}


def test_a_life_is_told_in_its_order(spec):
    kinds = [type(event) for event in live(spec("training.epochs=1", "probes.weights.times=0"))]
    assert kinds[:2] == [Planned, Drawn]
    assert kinds[-3:] == [Measured, Scored, Finished]
    assert kinds.count(Stepped) == 23
    assert Diverged not in kinds


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_the_update_ratio_is_of_the_step_that_the_optimizer_made(spec, optimizer):
    life = live(spec(*OPTIMIZERS[optimizer], "probes.update_ratios.every=1"))
    net = next(life).net
    assert isinstance(next(life), Drawn)
    before, compared = copies(net), 0
    for event in life:
        if isinstance(event, Measured):
            found = {r.place: r.value for r in event.readings if r.statistic == "update_to_weight"}
        elif isinstance(event, Stepped):
            after = copies(net)
            for path, value in found.items():
                moved = np.linalg.norm(after[path] - before[path])
                assert value == pytest.approx(moved / np.linalg.norm(before[path]), rel=1e-4)
                compared += 1
            before = after
    assert compared == 46 * 6 - 3  # three biases start at zero, which has no ratio


def test_the_readings_of_a_step_are_of_the_net_before_it(spec):
    life = live(
        spec("probes.weights.every=1", "probes.activations.every=1", "probes.dead_units.every=1")
    )
    planned = next(life)
    next(life)
    x = planned.data.train_x[:64].astype(np.float64)
    w = copies(planned.net)
    for event in life:
        if isinstance(event, Measured) and event.step in (0, 17):
            found = {r.metric: r.value for r in event.readings}
            assert found["weight_std/output.weight"] == pytest.approx(w["output.weight"].std())
            hidden = np.maximum(x @ w["hidden.0.weight"].T + w["hidden.0.bias"], 0)
            assert found["act_std/hidden.0"] == pytest.approx(hidden.std(), rel=1e-5)
            dead = np.mean((hidden <= 0).all(axis=0))
            assert found["dead_units/hidden.0"] == dead
        w = copies(planned.net)


def test_gradients_are_of_the_batch_that_probes_look_at(spec):
    life = live(spec("training.epochs=0"))
    planned = next(life)
    next(life)
    net, data = planned.net, planned.data
    measured = next(life)
    with initlab.autograd.record():
        losses = SoftmaxCrossEntropyLoss()(
            net(Tensor(data.train_x[:64])), Tensor(data.train_y[:64])
        )
        loss = losses.mean()
    loss.backward()
    for path, parameter in parameters(net).items():
        norm = np.linalg.norm(np.asarray(parameter.grad(), np.float64))
        found = {r.place: r.value for r in measured.readings if r.statistic == "grad_norm"}
        assert found[path] == pytest.approx(norm, rel=1e-5)


def test_first_stds_stand_beside_their_claims_and_later_ones_do_not(usual):
    result, _ = usual
    first = result.first("weight_std")
    for path, entry in ((e.path, e) for e in result.plan):
        assert first[path].expected ** 2 == pytest.approx(entry.initializer.variance(entry.spec))
        assert first[path].verdict == "as expected"
    assert all(r.expected is None for _, found in result.readings[1:] for r in found)


def test_xavier_s_claim_is_the_paper_s(usual):
    result, _ = usual  # Glorot & Bengio (2010): Var = 2 / (fan_in + fan_out), 64 -> 16 -> 16 -> 10
    stds = {path: r.expected for path, r in result.first("weight_std").items()}
    for path, fans in (("hidden.0", 80), ("hidden.1", 32), ("output", 26)):
        assert stds[f"{path}.weight"] == pytest.approx((2 / fans) ** 0.5)
        assert stds[f"{path}.bias"] == 0


def test_a_calibrated_net_has_unit_variance_and_claims_nothing(run):
    result, _ = run("+init=lsuv", "model.activation=tanh", "training.epochs=0")
    assert [c.path for c in result.calibrations] == [
        f"{block}.weight" for block in ("hidden.0", "hidden.1", "output")
    ]
    w, a = copies(result.net), result.data.train_x[:64].astype(float)
    for block in ("hidden.0", "hidden.1", "output"):
        z = a @ w[f"{block}.weight"].T + w[f"{block}.bias"]
        assert np.var(z) == pytest.approx(1, abs=0.1)
        a = np.tanh(z)
    assert all(r.expected is None for r in result.first("weight_std").values())


def test_scores_come_after_each_epoch_with_the_net_of_that_time(run):
    result, _ = run("training.epochs=3")
    assert [step for step, _ in result.scores] == [23, 46, 69]
    w, a = copies(result.net), result.data.test_x.astype(float)
    for block in ("hidden.0", "hidden.1"):
        a = np.maximum(a @ w[f"{block}.weight"].T + w[f"{block}.bias"], 0)
    logits = a @ w["output.weight"].T + w["output.bias"]
    right = np.mean(np.argmax(logits, axis=1) == result.data.test_y)
    assert result.score.accuracy == pytest.approx(right)


def test_a_watcher_draws_from_its_own_generator_and_threads(spec):
    from threadpoolctl import threadpool_info

    ours, threads = generator(), [lib["num_threads"] for lib in threadpool_info()]
    for event in live(spec("training.epochs=1")):
        assert generator() is ours
        if isinstance(event, Planned):  # libraries that the run imported come behind
            assert [lib["num_threads"] for lib in threadpool_info()][: len(threads)] == threads
            break


def test_lives_told_in_turns_are_the_lives_told_alone(spec, bits):
    """Dropout draws at each step: had they one generator together, both would differ."""
    drop = "+model.children.drop={block: dropout, rate: 0.5}"
    specs = [spec("training.epochs=1", f"seed={seed}", drop) for seed in (1, 2)]
    alone = [initlab.run(s) for s in specs]
    lives = [live(s) for s in specs]
    nets = [next(life).net for life in lives]
    losses = [[], []]
    for events in zip(*lives, strict=True):
        for seen, event in zip(losses, events, strict=True):
            if isinstance(event, Stepped):
                seen.append(event.step)
    assert losses == [result.steps for result in alone]
    assert [bits(net) for net in nets] == [bits(result.net) for result in alone]
    assert losses[0] != losses[1]


def test_a_tied_net_is_measured_and_stepped_once(run):
    result, _ = run(
        "model.depth=3",
        "+model.ties.w={parameter: hidden.2.weight, to: hidden.1.weight}",
        "+model.ties.b={parameter: hidden.2.bias, to: hidden.1.bias}",
    )
    paths = list(result.last("weight_std"))
    layers = ("hidden.0", "hidden.1", "output")
    assert paths == [f"{layer}.{name}" for layer in layers for name in ("weight", "bias")]
    assert list(result.last("act_std")) == ["hidden.0", "hidden.1", "hidden.2", "output"]


def test_a_block_is_built_anew_each_time(spec):
    made = spec().model
    first, second = build(made), build(made)
    assert first is not second
    assert not set(map(id, parameters(first).values())) & set(map(id, parameters(second).values()))


def test_what_is_planned_is_what_is_drawn(spec, bits):
    ours = spec("+init=he", "training.epochs=0")
    result = initlab.run(ours)
    net, plan = assemble(ours)
    assert str(plan) == str(result.plan)
    apply_plan(net, plan, ours.source)
    assert bits(net) == bits(result.net)
