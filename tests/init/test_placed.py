"""Rules over the tree: the numbers that the papers give, in the plan, before anything is drawn."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

import initlab
from initlab import autograd, nd, nn
from initlab.errors import BadValueError, ShapeError
from initlab.init import (
    Antisymmetric,
    BranchScale,
    Fixup,
    LooksLinear,
    MuP,
    ParameterSpec,
    Siren,
    UMuP,
    ZeroOutput,
    Zeros,
    create,
    make_plan,
)
from initlab.nd.random import Streams
from initlab.running import forecast
from initlab.tree import apply_plan, parameters, slots, tie
from initlab.tree.shapes import resolve_shapes


def planned(net, rule, inputs=8, **roles):
    resolve_shapes(net, np.zeros((2, inputs), np.float32))
    return make_plan(slots(net), roles={"weight": rule, "bias": Zeros(), **roles})


def stack(*blocks):
    net = nn.Sequential()
    net.add(*blocks)
    return net


def residual(scale="none", depth=4, width=16):
    def branch():
        return nn.Residual(stack(nn.Dense(width, activation="relu"), nn.Dense(width)), scale)

    return stack(nn.Dense(width), *(branch() for _ in range(depth)), nn.Dense(3))


def stds(plan):
    return {e.path: sqrt(e.initializer.variance(e.spec)) for e in plan if "weight" in e.path}


def test_fixup_scales_the_first_of_two_by_the_root_of_the_branches_and_ends_them_with_zeros():
    plan = planned(residual(depth=9), Fixup())
    he = sqrt(2 / 16)
    assert stds(plan)["1.body.0.weight"] == pytest.approx(he * 9**-0.5)
    assert stds(plan)["1.body.1.weight"] == stds(plan)["10.weight"] == 0
    assert plan["1.body.0.weight"].why == (
        "role weight: Fixup, weight 2 of 20, branch 1 of 9 (1 of 2), x 0.3333 = 9^(-1/2)"
    )


def test_a_fixup_net_is_the_identity_on_its_stream_at_the_start():
    net = residual(depth=30)
    apply_plan(net, planned(net, Fixup()), Streams(0))
    x = np.random.default_rng(0).standard_normal((5, 8)).astype(np.float32)
    first = net[0](x)
    after = first
    for block in list(net.children.values())[1:-1]:
        after = block(after)
    np.testing.assert_array_equal(np.asarray(first), np.asarray(after))


def test_fixups_numbers_stand_in_its_branches_and_learn_from_the_first_step():
    body = stack(
        nn.ScalarBias(), nn.Dense(6, use_bias=False), nn.ScalarBias(), nn.Activation("relu"),
        nn.ScalarBias(), nn.Dense(4, use_bias=False),
    )  # fmt: skip
    net = stack(nn.Residual(body, "scalar"), nn.ScalarBias())
    apply_plan(net, planned(net, Fixup(), inputs=4), Streams(0))
    x, found = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32), parameters(net)
    with autograd.record():
        y = net(nd.array(x))
        loss = (y * y).sum()
    np.testing.assert_array_equal(np.asarray(y), x)
    loss.backward()
    assert np.asarray(found["0.scale"].data()) == 1
    assert np.asarray(found["1.bias"].grad()) == pytest.approx(2 * x.sum(), rel=1e-4)
    assert np.abs(np.asarray(found["0.body.5.weight"].grad())).max() > 0


SCALES = [("rezero", 0.0), ("inverse_root_depth", 0.5), ("layer_scale", 0.1)]


@pytest.mark.parametrize(("name", "value"), SCALES)
@pytest.mark.parametrize("scale", ["scalar", "channel"])
def test_a_branchs_scale_starts_where_the_rule_says(name, value, scale):
    net = residual(scale)
    rule = create(name)
    apply_plan(net, planned(net, rule, gain=rule), Streams(0))
    found = [np.asarray(p.data()) for path, p in parameters(net).items() if "scale" in path]
    assert [f.shape for f in found] == [(1,) if scale == "scalar" else (16,)] * 4
    assert all(np.allclose(f, value) for f in found)


@pytest.mark.parametrize(("branches", "value"), [(36, 0.1), (38, 1e-5), (48, 1e-5), (50, 1e-6)])
def test_layer_scale_shrinks_with_depth_as_in_its_paper(branches, value):
    assert BranchScale("layer_scale").value(branches) == value


def test_gpt2_shrinks_what_ends_a_branch():
    found = stds(planned(residual(depth=8), create("gpt2")))
    assert found["1.body.0.weight"] == pytest.approx(0.02)
    assert found["1.body.1.weight"] == pytest.approx(0.02 / sqrt(8))


def test_a_deeper_block_is_smaller_when_scaled_by_depth():
    """A block has two branches: both of block l get 1 / sqrt(2l)."""
    plan = planned(residual(), create("depth_scaled"))
    for layer in (0, 1):
        ratios = [stds(plan)[f"{n}.body.{layer}.weight"] * sqrt(16) for n in (1, 2, 3, 4)]
        np.testing.assert_allclose(ratios, 1 / np.sqrt([2, 2, 4, 4]))
    assert "branch 3 of 4 (1 of 2), x 0.5 = 1/sqrt(4)" in plan["3.body.0.weight"].why


XAVIER = sqrt(2 / (128 + 128))  # of attention's weights in model=transformer, four blocks of 128
# Huang et al. (2020): 0.67 N^(-1/4), (9N)^(-1/4), N 4 of two branches, or 8/3 of a decoder's three
ENCODER, DECODER = 0.67 / 4**0.25, 1 / 24**0.25
EMBEDDED = {"false": 1 / 36**0.25, "true": DECODER}  # in their code (9N)^(-1/4) in either


@pytest.mark.parametrize(("decoder", "factor"), [("false", ENCODER), ("true", DECODER)])
def test_t_fixup_has_the_papers_factor_where_the_paper_has_it(decoder, factor):
    spec = ["+init=t_fixup", f"init.weight.decoder={decoder}", "model=post_ln_transformer"]
    found = stds(initlab.plan(initlab.compose(spec)))
    block = {name: found[f"body.2.attention.body.{name}.weight"] for name in ("query", "key")}
    assert block == pytest.approx({"query": XAVIER, "key": XAVIER})
    assert found["body.2.attention.body.value.weight"] == pytest.approx(sqrt(2) * factor * XAVIER)
    assert found["body.2.attention.body.output.weight"] == pytest.approx(factor * XAVIER)
    for name in ("wide", "back"):
        assert found[f"body.2.mlp.body.{name}.weight"] == pytest.approx(factor * sqrt(2 / 640))
    assert found["encoder.weight"] == pytest.approx(EMBEDDED[decoder] / sqrt(128))


def test_small_init_goes_by_the_streams_width_and_the_number_of_blocks():
    """Nguyen & Salazar (2019): sqrt(2 / 5d); at the ends of branches Wang's 2 / (L sqrt d)."""
    found = stds(initlab.plan(initlab.compose(["+init=small_init", "model=post_ln_transformer"])))
    ends = {path: std for path, std in found.items() if path.split(".")[-2] in ("output", "back")}
    del ends["output.weight"]  # the net's own ends no branch
    assert list(ends.values()) == pytest.approx([2 / (4 * sqrt(128))] * 8)
    others = [found[path] for path in found.keys() - ends.keys()]
    assert others == pytest.approx([sqrt(2 / 640)] * 18)


def test_deepnorm_says_beta_and_alpha():
    plan = planned(residual(depth=16), create("deepnorm"))  # 8 blocks
    xavier = sqrt(2 / 32)
    assert stds(plan)["3.body.0.weight"] == pytest.approx(xavier * 64**-0.25)
    assert stds(plan)["3.body.1.weight"] == pytest.approx(xavier * 64**-0.25 / 2)
    assert "over alpha 2 = (2 x 8)^(1/4), Adam's lr x 0.5" in plan["3.body.1.weight"].why


def test_deepnorm_of_an_encoder_with_a_decoder_has_wangs_other_pair():
    plan = planned(residual(depth=16), create("deepnorm", decoder_blocks=4))  # 8 blocks, then 4
    xavier, both = sqrt(2 / 32), (8**4 * 4) ** (1 / 16)
    assert stds(plan)["3.body.0.weight"] == pytest.approx(xavier * 0.87 / both)
    assert stds(plan)["3.body.1.weight"] == pytest.approx(xavier * 0.87 / 0.81 / both**2)
    assert "= 0.81 (8^4 x 4)^(1/16), Adam's lr" in plan["3.body.1.weight"].why
    with pytest.raises(BadValueError, match="deepnorm: decoder_blocks must not be negative"):
        create("deepnorm", decoder_blocks=-1)


def test_deepnorm_of_a_decoder_beside_an_encoder_goes_by_its_blocks_of_three_branches():
    """Wang et al. (2022): (12M)^(-1/4) and (3M)^(1/4)."""
    plan = planned(residual(depth=12), create("deepnorm", decoder=True))  # 4 blocks
    xavier = sqrt(2 / 32)
    assert stds(plan)["3.body.0.weight"] == pytest.approx(xavier * 48**-0.25)
    assert stds(plan)["3.body.1.weight"] == pytest.approx(xavier * 48**-0.25 / 12**0.25)
    assert plan["3.body.1.weight"].lr_mult == pytest.approx(12**-0.25)
    assert "= (12 x 4)^(-1/4), over alpha 1.861 = (3 x 4)^(1/4)" in plan["3.body.1.weight"].why
    with pytest.raises(BadValueError, match="decoder_blocks=4 is for the encoder"):
        create("deepnorm", decoder_blocks=4, decoder=True)


def test_mup_holds_the_rates_of_its_table_and_hands_them_to_the_parameters():
    net = stack(nn.Dense(256), nn.Dense(256), nn.Dense(5))
    plan = planned(net, MuP(base=64))
    assert [plan[f"{n}.weight"].lr_mult for n in range(3)] == [1, 1 / 4, 1 / 4]
    np.testing.assert_allclose(
        [stds(plan)[f"{n}.weight"] for n in range(3)], [sqrt(1 / 8), 1 / 16, 1 / (16 * 2)]
    )
    apply_plan(net, plan, Streams(0))
    assert net[1].weight.lr_mult == 1 / 4
    assert net[1].bias.lr_mult == 1
    sgd = planned(stack(nn.Dense(256), nn.Dense(256), nn.Dense(5)), MuP(64, "sgd"))
    assert [sgd[f"{n}.weight"].lr_mult for n in range(3)] == [4, 1, 1 / 4]
    zero = planned(net, MuP(base=64, zero_output=True))
    assert [stds(zero)[f"{n}.weight"] for n in range(3)] == [sqrt(1 / 8), 1 / 16, 0]
    assert zero["2.weight"].lr_mult == 1 / 4


def test_the_mean_field_rule_has_outputs_of_one_over_n():
    plan = planned(stack(nn.Dense(100), nn.Dense(1)), create("mean_field"))
    assert stds(plan)["1.weight"] == pytest.approx(1 / 100)
    assert plan["1.weight"].lr_mult == pytest.approx(1 / 100)


def test_siren_knows_the_first_layer_and_the_biases_fan():
    plan = planned(stack(nn.Dense(64), nn.Dense(64)), Siren(), bias=Siren())
    bounds = {e.path: e.initializer.scale for e in plan}
    assert bounds["0.weight"] == pytest.approx(1 / 8)
    assert bounds["1.weight"] == pytest.approx(sqrt(6 / 64) / 30)
    assert bounds["0.bias"] == pytest.approx(1 / sqrt(8))


SINES = ["model=deep_mlp", "model.activation=sin"]


def test_sirens_plan_says_which_sine_its_weights_are_for():
    net = stack(nn.Dense(64), nn.Dense(64))
    fast, plain = planned(net, Siren(), bias=Siren()), planned(net, Siren(1.0), bias=Siren(1.0))
    assert fast["0.weight"].why.endswith("the first, for sin(30 x)")
    assert fast["1.weight"].why.endswith(", for sin(30 x)")
    assert plain["0.weight"].why.endswith("the first")
    assert not any("sin(" in entry.why for entry in (*plain, fast["0.bias"]))
    died, lives = (
        forecast(initlab.compose(["+init=siren", f"init.weight.omega={omega}", *SINES]))
        for omega in (30, 1)
    )
    assert died.gradient_change < 1e-30  # what the note is for
    assert 1 < lives.gradient_change < 100


@pytest.mark.peers
@pytest.mark.parametrize("name", ["default", "default_linear", "default_conv"])
def test_torchs_default_is_torchs_for_weight_and_bias(name):
    import torch

    rule = create(f"torch.{name}")
    plan = planned(stack(nn.Dense(300)), rule, inputs=200, bias=rule)
    peer = torch.nn.Linear(200, 300)
    for entry, theirs in zip(plan, (peer.weight, peer.bias), strict=True):
        bound = float(theirs.detach().abs().max())
        assert bound <= entry.initializer.scale * (1 + 1e-6)  # float32
        assert bound > entry.initializer.scale * (1 - 20 / theirs.numel())


@pytest.mark.peers
@pytest.mark.parametrize(
    ("kind", "ours", "theirs"),
    [
        ("RNN", {}, {}),
        ("LSTM", {}, {}),
        ("GRU", {}, {}),
        ("LSTM", {"projection_size": 8}, {"proj_size": 8}),
    ],
)
def test_torchs_default_of_recurrent_layers_goes_by_their_hidden_size(kind, ours, theirs):
    import torch

    layer = getattr(nn.rnn, kind)(24, 2, input_size=100, bidirectional=True, **ours)
    peer = dict(
        getattr(torch.nn, kind)(100, 24, 2, bidirectional=True, **theirs).named_parameters()
    )
    rule = create("torch.default")
    plan = list(make_plan(slots(layer), roles={"weight": rule, "bias": rule}))
    assert len(plan) == len(peer)
    names = {"i2h": "ih", "h2h": "hh", "h2r": "hr"}
    for entry in plan:
        where, what, role = entry.path.split("_")
        w = peer[f"{role}_{names[what]}_l{where[1]}{'_reverse' * (where[0] == 'r')}"].detach()
        assert tuple(w.shape) == entry.spec.shape
        bound = float(w.abs().max())
        assert entry.initializer.scale * (1 - 20 / w.numel()) < bound
        assert bound <= entry.initializer.scale * (1 + 1e-6)  # float32


def test_torchs_default_of_a_cell_in_a_net_goes_by_its_own_hidden_size():
    rule = create("torch.default")
    net = stack(nn.rnn.SequentialRNNCell())
    net[0].add(nn.rnn.LSTMCell(9, input_size=4))
    net[0].add(nn.rnn.GRUCell(25, input_size=9))
    net.add(nn.Dense(3, in_units=16))
    plan = make_plan(slots(net), roles={"weight": rule, "bias": rule})
    scales = {entry.path: entry.initializer.scale for entry in plan}
    for path, scale in scales.items():
        hidden = 9 if path.startswith("0.0.") else 25 if path.startswith("0.1.") else 16
        assert scale == pytest.approx(hidden**-0.5), path
    assert "1/sqrt(25), hidden" in plan["0.1.i2h_weight"].why


def test_an_irnns_recurrent_weight_is_the_identity():
    rule = create("irnn")
    cell = nn.rnn.RNNCell(16, input_size=4)
    plan = make_plan(slots(cell), roles={"weight": rule})
    assert str(plan["h2h_weight"].initializer) == "Identity(gain=1)"
    assert str(plan["i2h_weight"].initializer) == "Normal(sigma=0.001)"


@pytest.mark.parametrize("name", ["irnn", "recurrent", "keras.lstm"])
def test_a_net_without_recurrence_is_refused_by_recurrent_rules(name):
    with pytest.raises(BadValueError, match=r"is for recurrent nets.* model=lstm data=text"):
        planned(stack(nn.Dense(4), nn.Dense(3)), create(name))


def test_t_fixup_says_that_norms_stay():
    plan = initlab.plan(initlab.compose(["+init=t_fixup", "model=transformer", "data=text"]))
    assert "9 norms stay, which T-Fixup is to do without" in plan["encoder.weight"].why
    assert "norms" not in plan["body.0.mlp.body.wide.weight"].why


def test_fixup_says_that_norms_stay():
    net = stack(nn.Dense(8), nn.Residual(stack(nn.LayerNorm(), nn.Dense(8), nn.Dense(8))))
    net.add(nn.Dense(3))
    assert "1 norms stay, which Fixup is" in planned(net, Fixup())["0.weight"].why
    assert "norms" not in planned(residual(), Fixup())["0.weight"].why


def test_an_irnn_has_no_gates():
    cell = nn.rnn.LSTMCell(16, input_size=4)
    with pytest.raises(ShapeError, match=r"h2h_weight of shape \(64, 16\) .* Choose orthogonal"):
        make_plan(slots(cell), roles={"weight": create("irnn")})


def test_a_net_that_looks_linear_is_linear():
    relu = {"activation": "relu", "use_bias": False}
    net = stack(*(nn.Dense(32, **relu) for _ in range(20)), nn.Dense(4, use_bias=False))
    apply_plan(net, planned(net, LooksLinear()), Streams(0))
    x, y = np.random.default_rng(0).standard_normal((2, 6, 8)).astype(np.float32)
    both = np.asarray(net(x + 2 * y))
    np.testing.assert_allclose(both, net(x).array + 2 * net(y).array, atol=1e-5)
    assert np.abs(both).max() > 0.1


def test_what_a_rule_has_nothing_to_say_of_falls_to_the_next_ground():
    net = stack(nn.LayerNorm(), nn.Dense(3))
    plan = planned(net, Siren(), gain=Siren())
    assert plan["0.gamma"].why == "layer default"


def test_a_net_without_branches_and_a_branch_without_scale_are_refused():
    with pytest.raises(BadValueError, match=r"fixup is for residual nets.*model=residual_mlp"):
        planned(stack(nn.Dense(3)), Fixup())
    with pytest.raises(BadValueError, match=r"of 1\.body\.0\.weight has none: build it as Res"):
        planned(residual(), create("rezero"))


def test_a_rule_cannot_be_drawn_without_a_place():
    with pytest.raises(
        BadValueError, match=r"Fixup\(.*\) what depends on its place, .* only a plan knows"
    ):
        Fixup()(ParameterSpec((3, 3)), np.random.default_rng(0))


def test_a_config_names_a_rule_and_the_draw_that_it_scales():
    spec = initlab.compose(
        ["+init=fixup", "model=residual_mlp", "model.depth=4", "+init.weight.of.name=orthogonal"]
    )
    plan = initlab.plan(spec)
    assert str(plan["body.0.body.wide.weight"].initializer) == (
        "Scaled(factor=0.5, of=HaarOrthogonal(scale=1))"
    )


def test_a_config_gives_all_of_a_rules_roles():
    plan = initlab.plan(initlab.compose(["+init=siren"]))
    assert plan["hidden.0.bias"].why.startswith("role bias: Siren")


@pytest.mark.parametrize("rule", [MuP(), UMuP(), ZeroOutput(), LooksLinear(), Antisymmetric()])
def test_a_rule_for_the_last_weight_refuses_one_that_is_tied(rule):
    net = stack(nn.Embedding(16, 8), nn.Dense(8, in_units=8), nn.Dense(16, in_units=8))
    tie(net, parameter="2.weight", to="0.weight")
    told = r"the net's last weight is tied, 0\.weight = 2\.weight.*Untie it"
    with pytest.raises(BadValueError, match=told) as caught:
        make_plan(slots(net), roles={"weight": rule})
    assert "which is asked of" in caught.value.full()


@pytest.mark.parametrize(("parameter", "to"), [("1.weight", "0.weight"), ("0.weight", "1.weight")])
@pytest.mark.parametrize("embedding_first", [True, False])
def test_a_tied_parameter_has_the_fans_of_the_layer_that_it_is_tied_to(
    parameter, to, embedding_first
):
    layers = [nn.Embedding(16, 8), nn.Dense(16, in_units=8)]
    net = stack(*(layers if embedding_first else layers[::-1]))
    tie(net, parameter=parameter, to=to)
    (entry,) = (e for e in make_plan(slots(net), roles={"bias": Zeros()}) if "weight" in e.path)
    embedding = (to == "0.weight") == embedding_first
    assert entry.spec.role == ("embedding" if embedding else "weight")
    assert (entry.spec.fan_in, entry.spec.fan_out) == ((16, 8) if embedding else (8, 16))


def test_an_only_weight_is_the_last():
    net = stack(nn.Dense(3))
    plan = planned(net, ZeroOutput())
    assert plan["0.weight"].initializer == Zeros()
    with pytest.raises(BadValueError, match=r"two nets of 0\.weight: it is the only weight"):
        planned(stack(nn.Dense(4)), Antisymmetric())


def test_a_weight_tied_further_up_leaves_the_last_its_own():
    net = stack(nn.Dense(8, in_units=8), nn.Dense(8, in_units=8), nn.Dense(3, in_units=8))
    tie(net, parameter="1.weight", to="0.weight")
    assert planned(net, ZeroOutput())["2.weight"].initializer == Zeros()
