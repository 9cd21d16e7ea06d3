"""A forward factor that is taken into a weight and its rate changes nothing; what rules say of it.

Each rule's net trains beside one that has the factor in its forward pass, by the paper's own rates.
"""

from __future__ import annotations

from math import pi, sqrt

import numpy as np
import pytest
from numpy.testing import assert_allclose

import initlab
from initlab import autograd, nd, nn
from initlab.autograd import Tensor
from initlab.errors import BadValueError, ShapeError
from initlab.init import (
    NTK,
    Antisymmetric,
    Centred,
    ExactGain,
    Masked,
    MuP,
    OptimizerKind,
    ParameterSpec,
    Scaled,
    Slot,
    Twin,
    Uniform,
    VarianceScaling,
    Zeros,
    create,
    make_plan,
    places,
)
from initlab.init.placed.placed import absorbed
from initlab.nd.random import Streams
from initlab.optim import SGD, Adam, Trainer
from initlab.testing import check_initializer
from initlab.tree import apply_plan, parameters, resolve_shapes, slots

WIDTH, INPUTS, DEPTH = 32, 8, 8


class Multiplied(nn.Block):
    """skip x + branch body(x), with factors in the forward pass."""

    adds = True

    def __init__(self, body, skip, branch):
        super().__init__()
        self.body, self.skip, self.branch = body, skip, branch

    def forward(self, x):
        return x * self.skip + self.body(x) * self.branch


def stack(*blocks):
    net = nn.Sequential()
    net.add(*blocks)
    return net


def residual(skip=1.0, branch=1.0, *, post_norm=False):
    """A stream of branches of two layers without biases, a norm at the end or after each sum."""

    def body():
        first = nn.Dense(WIDTH, "tanh", use_bias=False)
        return stack(first, nn.Dense(WIDTH, use_bias=False))

    blocks = []
    for _ in range(DEPTH):
        blocks.append(Multiplied(body(), skip, branch))
        if post_norm:
            blocks.append(nn.LayerNorm(epsilon=1e-12))
    ends = [nn.Dense(WIDTH, use_bias=False), nn.Dense(3, use_bias=False)]
    return stack(ends[0], *blocks, ends[1])


def planned(net, rule, inputs=INPUTS, **roles):
    resolve_shapes(net, np.zeros((2, inputs), np.float32))
    return make_plan(slots(net), roles={"weight": rule, "bias": Zeros(), **roles})


ADAM = Adam(lr=0.003, epsilon=1e-12)


def trained(net, steps=4, optimizer=ADAM):
    """Return the net's outputs before and after some steps, gradients far above Adam's epsilon."""
    rng = np.random.default_rng(1)
    x, y = (rng.standard_normal((16, n)).astype(np.float32) for n in (INPUTS, 3))
    stepper = optimizer.bind(list(parameters(net).values()), total=steps)
    seen = [np.array(net(Tensor(x)))]
    for _ in range(steps):
        with autograd.record():
            loss = (100 * (net(Tensor(x)) - y) ** 2).sum()
        loss.backward()
        stepper.step(1)
        seen.append(np.array(net(Tensor(x))))
    return seen


def beside(rule, factor, skip=1.0, branch=1.0, *, post_norm=False, optimizer=ADAM):
    """Train by the rule, and with the factor of the branches' last weights in the forward pass."""
    ours, theirs = residual(post_norm=post_norm), residual(skip, branch, post_norm=post_norm)
    plan = planned(ours, rule)
    apply_plan(ours, plan, Streams(0))
    apply_plan(theirs, planned(theirs, rule), Streams(0))
    last = {entry.path for entry in plan if entry.path.endswith("body.1.weight")}
    assert len(last) == DEPTH
    for path, weight in parameters(theirs).items():
        if path in last:
            weight.set_data(np.asarray(weight.data()) / factor)
            weight.lr_mult /= absorbed(factor, OptimizerKind(optimizer.steps_like))
    return trained(ours, optimizer=optimizer), trained(theirs, optimizer=optimizer), theirs


def test_deepnorm_is_alpha_times_the_stream_before_each_norm():
    """Wang et al. (2022): 4 blocks of two branches, alpha = 8^(1/4), equal rates for all."""
    alpha = 8**0.25
    ours, theirs, net = beside(create("deepnorm"), 1 / alpha, skip=alpha, post_norm=True)
    assert {weight.lr_mult for weight in parameters(net).values()} == {1.0}
    assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)
    assert np.abs(ours[-1] - ours[0]).max() > 0.05


@pytest.mark.parametrize(("name", "power"), [("depth_mup", 0.5), ("completep", 1.0)])
def test_depth_rules_multiply_branches_and_give_all_in_them_one_rate(name, power):
    """Dey et al. (2025), table 1: branches times m^-p, hidden rates m^(p-1), here m = 8 / 2."""
    rule = MuP(base=WIDTH, depth=power, base_depth=2)
    assert (create(name).depth, rule.depth) == (power, power)
    factor = 4**-power
    ours, theirs, net = beside(rule, factor, branch=factor)
    rates = {weight.lr_mult for path, weight in parameters(net).items() if "body" in path}
    assert sorted(rates) == pytest.approx([4 ** (power - 1)])
    assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)
    assert np.abs(ours[-1] - ours[0]).max() > 0.05


@pytest.mark.parametrize("power", [0.5, 1.0])
def test_depth_rules_move_the_stream_alike_with_sgd(power):
    """A step of SGD grows with m^-p itself, so that m^(2p-1) leaves each branch a share 1 / m."""
    rule = MuP(base=WIDTH, depth=power, base_depth=2, optimizer="sgd")
    factor, sgd = 4**-power, SGD(lr=1e-6)
    ours, theirs, net = beside(rule, factor, branch=factor, optimizer=sgd)
    rates = {weight.lr_mult for path, weight in parameters(net).items() if "body" in path}
    assert sorted(rates) == pytest.approx([4 ** (2 * power - 1)])
    assert_allclose(ours, theirs, rtol=2e-3, atol=2e-3)
    assert np.abs(ours[-1] - ours[0]).max() > 0.01


@pytest.mark.parametrize(
    ("optimizer", "power", "inner", "last"),
    [("adam", 1.0, 1, 1 / 4), ("adam", 0.5, 1 / 2, 1 / 4), ("sgd", 1.0, 4, 1 / 4)],
)
def test_biases_in_branches_have_the_rates_of_their_weights(optimizer, power, inner, last):
    """With m = 8 / 2: m^(p-1), of SGD m^(2p-1), and behind the factor m^-p this or its square."""
    net = stack(*(Multiplied(stack(nn.Dense(8), nn.Dense(8)), 1, 1) for _ in range(8)))
    rule = MuP(base=8, depth=power, base_depth=2, optimizer=optimizer)
    plan = planned(net, rule, bias=rule)
    rates = [plan[f"3.body.{at}.bias"].lr_mult for at in (0, 1)]
    assert rates == pytest.approx([inner, last])


def test_depth_is_for_residual_nets():
    with pytest.raises(BadValueError, match="depth-muP is for residual nets"):
        planned(stack(nn.Dense(4), nn.Dense(3)), create("completep"))
    with pytest.raises(BadValueError, match="base_depth is at least 1 branch, got 0"):
        MuP(base_depth=0)
    with pytest.raises(BadValueError, match="depth must not be negative"):
        MuP(depth=-1.0)


def attention_plan(**options):
    net = stack(nn.Dense(256, flatten=False), nn.MultiHeadAttention(256, 4), nn.Dense(3))
    resolve_shapes(net, np.zeros((2, 5, INPUTS), np.float32))
    return make_plan(slots(net), roles={"weight": MuP(base=64, **options)})


def test_mup_divides_scores_by_the_width_of_heads_through_the_queries():
    """At four times the base width scores are halved: 1 / d beside 1 / sqrt(d), equal at base."""
    plan = attention_plan()
    query, key = plan["1.query.weight"], plan["1.key.weight"]
    assert sqrt(query.initializer.variance(query.spec)) == pytest.approx(1 / 16 / 2)
    assert sqrt(key.initializer.variance(key.spec)) == pytest.approx(1 / 16)
    assert (query.lr_mult, key.lr_mult) == (pytest.approx(1 / 8), pytest.approx(1 / 4))
    assert "query of hidden, n/base = 4, x 0.5, Adam's lr x 0.125" in query.why
    sgd = attention_plan(optimizer="sgd")
    assert sgd["1.query.weight"].lr_mult == pytest.approx(1 / 4)
    more = attention_plan(wide_heads=False)["1.query.weight"]
    assert more.lr_mult == pytest.approx(1 / 4)


def test_mup_may_start_queries_at_zero_and_keep_their_rate():
    plan = attention_plan(zero_query=True)
    query = plan["1.query.weight"]
    assert query.initializer.variance(query.spec) == 0
    assert query.lr_mult == pytest.approx(1 / 8)
    assert plan["1.key.weight"].initializer.sigma > 0


def test_u_mup_has_its_tables_factors_times_its_rates():
    """Blake et al. (2024): a 1/sqrt(n), lr 1/sqrt(n); the last 1/n, 1; depth 1/sqrt(L), L = 4."""
    plan = planned(residual(), create("u_mup"))
    n, soft = WIDTH, 1 / 2
    expected = {
        "0.weight": (1 / sqrt(INPUTS), 1 / INPUTS),
        "1.body.0.weight": (1 / sqrt(n), soft / n),
        "1.body.1.weight": (soft / sqrt(n), soft**2 / n),
        f"{DEPTH + 1}.weight": (1 / n, 1 / n),
    }
    found = {path: (plan[path].initializer.sigma, plan[path].lr_mult) for path in expected}
    assert found == {path: pytest.approx(pair) for path, pair in expected.items()}
    net = stack(nn.Embedding(50, 64), nn.Dense(64, flatten=False))
    resolve_shapes(net, np.zeros((2, 3), np.int64))
    rule = create("u_mup")
    (embedding, *_) = make_plan(slots(net), roles={"weight": rule, "embedding": rule})
    assert (embedding.initializer.sigma, embedding.lr_mult) == (1.0, 1 / 8)


def test_u_mup_divides_scores_by_the_width_of_heads_through_the_queries():
    """Blake et al. (2024): 1 / d where the layer's own is 1 / sqrt(d), here with d = 64."""
    net = stack(nn.Dense(256, flatten=False), nn.MultiHeadAttention(256, 4), nn.Dense(3))
    resolve_shapes(net, np.zeros((2, 5, INPUTS), np.float32))
    plan = make_plan(slots(net), roles={"weight": create("u_mup")})
    query, key = plan["1.query.weight"], plan["1.key.weight"]
    assert query.initializer.sigma == pytest.approx(key.initializer.sigma / 8)
    assert key.initializer.sigma == pytest.approx(1 / 16)
    assert query.lr_mult == pytest.approx(key.lr_mult / 8)  # Adam's: what a factor takes
    assert "query of heads of 64, Adam's lr" in query.why


def kernel(net, x, hidden):
    """Return the tangent kernel of a net of one output on `hidden(path, gradient)`'s entries."""
    rows = []
    weights = {path: p.data() for path, p in parameters(net).items()}
    for sample in x:
        with autograd.record():
            output = net(Tensor(sample[None])).sum()
        found = autograd.grad(output, list(weights.values()))
        pairs = zip(weights, found, strict=True)
        rows.append(np.concatenate([hidden(path, np.array(g)).ravel() for path, g in pairs]))
    found = np.array(rows, np.float64)
    return found @ found.T


def chain(width):
    hidden = [nn.Dense(width, "tanh", use_bias=False) for _ in range(3)]
    return stack(*hidden, nn.Dense(1, use_bias=False))


def test_an_antisymmetric_net_is_zero_and_has_the_tangent_kernel_of_one_half():
    """Zhang et al. (2020); the entries between the halves, which theirs do not have, left out."""
    whole, half = chain(32), chain(16)
    apply_plan(whole, planned(whole, Antisymmetric()), Streams(0))
    planned(half, Zeros())
    half.initialize(Zeros())
    for path, weight in parameters(half).items():
        w = np.asarray(parameters(whole)[path].data())
        scale = sqrt(2) if path == "3.weight" else 1
        weight.set_data(scale * w[: weight.shape[0], : weight.shape[1]])
    x = np.random.default_rng(0).standard_normal((5, INPUTS)).astype(np.float32)
    assert np.abs(np.asarray(whole(Tensor(x)))).max() < 1e-6  # sums of float32 in another order

    def apart(path, gradient):
        if path in ("1.weight", "2.weight"):
            gradient[:16, 16:] = gradient[16:, :16] = 0
        return gradient * sqrt(parameters(whole)[path].lr_mult)

    assert_allclose(kernel(whole, x, apart), kernel(half, x, lambda _, g: g), rtol=1e-4)


@pytest.mark.parametrize("sides", ["both", "outputs", "inputs"])
@pytest.mark.parametrize("of", [VarianceScaling(2.0), Uniform(0.5, mean=0.5)], ids=str)
def test_twins_have_the_law_that_they_declare(of, sides):
    check_initializer(Twin(of, sides))


def test_an_odd_width_has_no_twins():
    with pytest.raises(initlab.errors.ShapeError, match="a side in pairs is even"):
        planned(chain(31), Antisymmetric())


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (nn.rnn.LSTM(6, layout="NTC"), "its rows belong to several gates"),
        (nn.rnn.GRU(6, layout="NTC"), "its rows belong to several gates"),
        (nn.rnn.RNN(6, layout="NTC", bidirectional=True), "it is one of two directions"),
        (nn.MultiHeadAttention(6, 3), "its 3 heads do not come in pairs"),
        (nn.Conv1D(8, 3, groups=2), "its 2 groups do not mix what the halves do"),
        (nn.Conv1D(8, 3, layout="NWC"), "its inputs were flattened with the channels last"),
        (nn.Dense(8, flatten=False), "its inputs were flattened with the channels last"),
        (nn.rnn.RNN(6, layout="NTC"), "its inputs were flattened with the channels last"),
    ],
    ids=["lstm", "gru", "two-directions", "odd-heads", "groups", "nwc", "sequence", "rnn"],
)
def test_what_does_not_fall_into_two_nets_is_refused(layer, why):
    net = stack(layer, nn.Dense(1))
    resolve_shapes(net, np.zeros((2, 8, 8), np.float32))
    with pytest.raises(BadValueError, match=f"{why}.*Choose zero_output"):
        make_plan(slots(net), roles={"weight": Antisymmetric()})


def test_flattened_channels_fall_into_halves_where_they_come_first():
    net = stack(
        nn.Conv2D(4, 3, activation="relu"), nn.MaxPool2D(), nn.Dense(6, "tanh"), nn.Dense(1)
    )
    x = np.random.default_rng(0).standard_normal((3, 2, 8, 8)).astype(np.float32)
    resolve_shapes(net, x)
    apply_plan(net, make_plan(slots(net), roles={"weight": Antisymmetric()}), Streams(0))
    assert np.abs(np.asarray(net[2](net[1](net[0](Tensor(x)))))).max() > 0.1
    assert np.abs(np.asarray(net(Tensor(x)))).max() < 1e-5


class Placed(nn.Block):
    """Symbols and their positions, as transformers add them."""

    def __init__(self, units):
        super().__init__()
        self.symbol, self.position = nn.Embedding(7, units), nn.Embedding(5, units)

    def forward(self, x):
        return self.symbol(x) + self.position(Tensor(np.arange(5)))


@pytest.mark.parametrize(
    "blocks",
    [
        lambda: (nn.Dense(6, flatten=False), nn.rnn.RNN(6, layout="NTC")),
        lambda: (nn.Dense(8, flatten=False), nn.MultiHeadAttention(8, 2)),
        lambda: (Placed(8), nn.MultiHeadAttention(8, 1)),
    ],
    ids=["rnn", "heads", "positions"],
)
def test_what_falls_into_two_nets_is_zero(blocks):
    net = stack(*blocks(), nn.Dense(1, flatten=False))
    x = np.arange(10).reshape(2, 5) % 7
    x = x if isinstance(net[0], Placed) else np.sin(x[..., None] * np.arange(1, 5)).astype("f4")
    resolve_shapes(net, x)
    apply_plan(net, make_plan(slots(net), roles={"weight": Antisymmetric()}), Streams(0))
    assert np.abs(np.asarray(net[0](Tensor(x)))).max() > 0.1
    assert np.abs(np.asarray(net(Tensor(x)))).max() < 1e-5


def test_mup_takes_a_second_embedding_for_one():
    net = stack(Placed(256), nn.Dense(3, flatten=False))
    resolve_shapes(net, np.zeros((1, 5), int))
    found = make_plan(slots(net), roles={"weight": MuP(), "embedding": MuP()})["0.position.weight"]
    assert (str(found.initializer), found.lr_mult) == ("Normal(sigma=1)", 1)


def run_plan(*overrides):
    return initlab.plan(initlab.compose([*overrides, "model.depth=2", "tracking=none"]))


@pytest.mark.parametrize("name", ["mup", "mean_field"])
@pytest.mark.parametrize(("optimizer", "like"), [("nag", "SGD"), ("nadam", "Adam")])
def test_mup_takes_the_rates_of_the_runs_own_optimizer(name, optimizer, like):
    """Yang et al. (2022), table 8, as microsoft/mup has it: with SGD a vector learns at its width.

    The output's bias has no width; a hidden weight's two widths cancel with SGD.
    """
    base = 64 if name == "mup" else 1
    plan, r = run_plan(f"+init={name}", f"optim={optimizer}", "model.width=256"), 256 / base
    sgd = {"hidden.0.weight": r, "hidden.0.bias": r, "hidden.1.weight": 1, "hidden.1.bias": r}
    adam = {"hidden.0.weight": 1, "hidden.0.bias": 1, "hidden.1.weight": 1 / r, "hidden.1.bias": 1}
    wanted = sgd if like == "SGD" else adam
    found = {path: plan[path].lr_mult for path in wanted}
    assert found == {path: pytest.approx(rate) for path, rate in wanted.items()}
    assert (plan["output.weight"].lr_mult, plan["output.bias"].lr_mult) == (pytest.approx(1 / r), 1)
    assert all(f"{like}'s lr x" in entry.why for entry in plan)


def test_a_rule_may_be_told_another_optimizer_than_the_runs():
    plan = run_plan("+init=mup", "optim=sgd", "init.weight.optimizer=adam")
    assert [entry.lr_mult for entry in plan][:2] == [1, 1]


@pytest.mark.parametrize("optimizer", ["lamb", "lars"])
def test_rates_that_nobody_knows_are_refused(optimizer):
    with pytest.raises(BadValueError, match=rf"by {optimizer}\. .* init\.weight\.optimizer=adam"):
        run_plan("+init=mup", f"optim={optimizer}")
    told = run_plan("+init=ntk", f"optim={optimizer}", "init.weight.optimizer=adam")
    assert told["hidden.1.weight"].lr_mult == pytest.approx(1 / 16)


def test_u_mup_is_for_adam():
    with pytest.raises(BadValueError, match=r"u_mup's rates are Adam's.*optim=adam"):
        run_plan("+init=u_mup", "optim=sgd")


def test_gains_learn_at_their_width_with_sgd_and_other_gains_are_left_alone():
    net = stack(nn.Dense(128), nn.LayerNorm(), nn.Residual(nn.Dense(128), "channel"), nn.Dense(3))
    plan = planned(net, MuP(), gain=MuP(), bias=MuP(optimizer="sgd"))
    assert str(plan["1.gamma"].initializer) == "Ones()"
    assert (plan["1.gamma"].lr_mult, plan["1.beta"].lr_mult) == (1, 2)
    assert plan["2.scale"].why == "layer default"


def test_a_tower_of_queries_is_no_query():
    """Nor is a keypoint a key: muP's and DeepNorm's words name a whole segment."""
    net = residual()
    spec = slots(net)[-1].spec
    paths = ["query_tower.weight", "0.keypoint.weight", "0.query.weight", "0.query_weight"]
    found = places([Slot(path, path, spec) for path in paths])
    assert [p.mentions("query", "key") for p in found.values()] == [False, False, True, True]


@pytest.mark.parametrize(("activation", "gain"), [("tanh", 1.592537420), ("sigmoid", 1.846228545)])
def test_exact_gain_takes_each_weights_own_activation(activation, gain):
    """The exact columns of theory; the first weight's inputs come from no activation."""
    plan = initlab.plan(initlab.compose(["+init=exact_gain", f"model.activation={activation}"]))
    stds = [sqrt(e.initializer.variance(e.spec)) for e in plan if e.path.endswith("weight")]
    assert stds == pytest.approx([1 / 8, *[gain / 16] * 3], rel=1e-8)


@pytest.mark.parametrize("name", ["masked", "centred", "scaled_by_two"])
def test_what_changes_an_initializers_draw_tells_it_the_activation(name):
    """tanh's exact gain, times what the wrapper makes of a variance."""
    of = ExactGain()
    wrapped = {"masked": Masked(of, 0.5), "centred": Centred(of), "scaled_by_two": Scaled(2.0, of)}
    factor = {"masked": 0.5, "centred": 1 - 1 / 30, "scaled_by_two": 4.0}[name]
    variance = wrapped[name].after(np.tanh).variance(ParameterSpec((20, 30)))
    assert variance == pytest.approx(factor * 1.592537420**2 / 30, rel=1e-8)
    assert wrapped[name].after(None).variance(ParameterSpec((20, 30))) == pytest.approx(factor / 30)


def test_exact_gain_backward_keeps_gradients():
    """E f'^2 of tanh is 1 / 1.467413592^2, over fan_out."""
    backward = ExactGain("backward", "tanh")
    (entry, *_) = planned(stack(nn.Dense(40)), backward)
    assert entry.initializer.variance(entry.spec) == pytest.approx(1.467413592**2 / 40, rel=1e-8)


def test_exact_gain_wants_an_activation_that_is_there():
    with pytest.raises(initlab.errors.UnknownNameError, match=r"'rellu'\. Did you mean 'relu'"):
        ExactGain(activation="rellu")
    assert "relu" in nd.__all__


def test_only_the_first_weight_has_random_frequencies():
    plan = planned(chain(16), create("fourier_features"))
    assert [str(e.initializer) for e in plan][:2] == [
        "Normal(sigma=10)",
        "VarianceScaling(scale=2)",
    ]
    assert [e.lr_mult for e in plan][:2] == [0, 1]


def test_pairs_of_fourier_features_are_cosines_and_sines_of_the_same_frequencies():
    """Tancik et al. (2020): cos 2 pi B x, sin 2 pi B x, from one layer of sines."""
    net = stack(nn.Dense(64, activation="sin"), nn.Dense(3))
    rule = create("fourier_features", sigma=3.0, pairs=True)
    plan = planned(net, rule, bias=rule)
    apply_plan(net, plan, Streams(0))
    b = np.asarray(net[0].weight.data(), np.float64)[:32] / (2 * pi)
    assert abs(b.std() - 3) < 5 * 3 / sqrt(2 * b.size)  # 5 standard errors
    x = np.random.default_rng(0).random((5, INPUTS), np.float32)
    angle = 2 * pi * x.astype(np.float64) @ b.T
    expected = np.concatenate([np.cos(angle), np.sin(angle)], axis=1)
    np.testing.assert_allclose(np.asarray(net[0](Tensor(x))), expected, atol=1e-4)
    assert [plan[f"0.{name}"].lr_mult for name in ("weight", "bias")] == [0, 0]
    assert not np.asarray(net[1].bias.data()).any()


def test_pairs_of_fourier_features_need_a_bias_for_their_cosines():
    rule = create("fourier_features", pairs=True)
    with pytest.raises(BadValueError, match=r"first layer has no bias.*use_bias: true"):
        planned(stack(nn.Dense(64, use_bias=False), nn.Dense(3)), rule, bias=rule)
    with pytest.raises(ShapeError, match="a side in pairs is even"):
        planned(stack(nn.Dense(5), nn.Dense(3)), rule, bias=rule)


def test_a_zero_output_is_zero_and_its_hidden_weights_are_not():
    net = chain(16)
    apply_plan(net, planned(net, create("zero_output")), Streams(0))
    assert not np.asarray(net(Tensor(np.ones((2, INPUTS), np.float32)))).any()
    assert np.asarray(net[2].weight.data()).all()


@pytest.mark.parametrize(
    ("layer", "forget"),
    [
        (nn.rnn.LSTM(6, 2, bidirectional=True, input_size=4), 4),
        (nn.rnn.LSTM(6, projection_size=3, input_size=1), 1),
        (nn.rnn.GRU(8, input_size=2), 0),
        (nn.rnn.RNN(8, input_size=2), 0),
    ],
    ids=["lstm", "projected", "gru", "rnn"],
)
def test_only_an_lstm_has_a_forget_gate(layer, forget):
    rule = create("recurrent")
    plan = make_plan(slots(layer), roles={"weight": rule, "bias": rule})
    given = [e.path for e in plan if str(e.initializer).startswith("LSTMBias")]
    assert len(given) == forget
    assert all(path.endswith("h2h_bias") for path in given)


def test_an_lstm_starts_as_keras_has_it():
    cell = nn.rnn.LSTMCell(8, input_size=4)
    rule = create("keras.lstm")
    plan = make_plan(slots(cell), roles={"weight": rule, "bias": rule})
    assert {entry.path: str(entry.initializer) for entry in plan} == {
        "i2h_weight": "VarianceScaling(scale=1, mode=fan_avg, distribution=uniform)",
        "h2h_weight": "HaarOrthogonal(scale=1)",
        "i2h_bias": "Zeros()",
        "h2h_bias": "LSTMBias(forget_bias=1)",
    }
    apply_plan(cell, plan, Streams(0))
    bias = np.asarray(cell.h2h_bias.data())
    assert bias.tolist() == [0.0] * 8 + [1.0] * 8 + [0.0] * 16  # i, f, c, o


def test_ntks_weight_decays_as_with_the_factor_outside_where_wd_mult_makes_up_for_its_rate():
    """w = a v, of v's step v - lr wd v: the gradient of a loss of zero is zero."""
    net = nn.Dense(4, in_units=16, use_bias=False)
    plan = make_plan(slots(net), roles={"weight": NTK()})
    apply_plan(net, plan, Streams(0))
    before = np.array(net.weight.data())
    net.weight.wd_mult = 1 / net.weight.lr_mult
    trainer = Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1, "wd": 0.5})
    with autograd.record():
        loss = (net(nd.zeros((2, 16))) * 0).sum()
    loss.backward()
    trainer.step(1)
    assert_allclose(np.asarray(net.weight.data()), before * (1 - 0.1 * 0.5), rtol=1e-6)
