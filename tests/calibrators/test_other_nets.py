"""Calibrators on nets that are no plain chain of layers: ties, branches, gates, frozen parts."""

from __future__ import annotations

from contextlib import nullcontext, suppress

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nn
from initlab.autograd import Tensor
from initlab.calibrators import (
    LSUV,
    Admin,
    Batch,
    EmpiricalGain,
    GradInit,
    Krahenbuhl,
    MetaInit,
    Mimetic,
    OutputPrior,
    Ridge,
    WeightNorm,
    calibrators,
)
from initlab.errors import BadValueError, InitlabError
from initlab.init import create, make_plan
from initlab.nd.random import Streams
from initlab.tree import apply_plan, fresh_names, parameters, resolve_shapes, slots, tie

LOSS = nn.SoftmaxCrossEntropyLoss()
RNG = np.random.default_rng(4)
X = (1 + RNG.standard_normal((64, 12))).astype(np.float32)
BATCH = Batch(X, X[:, :3].argmax(axis=1), LOSS, seed=2)
STEPS = Batch(X.reshape(64, 4, 3), X.reshape(64, 4, 3).argmax(axis=2), LOSS, seed=2)
TOKENS = Batch(
    np.floor(4 * RNG.random((32, 4))).astype("f4"), np.arange(128).reshape(32, 4) % 4, LOSS
)
GATES = "its block has other weights, too, and what it computes alone is not seen"
NOT_LAST = "its outputs alone are not the net's: a tied weight or a function follows or shares it"


def stack(*blocks):
    net = nn.Sequential()
    net.add(*blocks)
    return net


def drawn(make, x=X, weight="he", ties=()):
    """A net whose weights are drawn, its biases N(0, 0.3^2)."""
    with fresh_names():
        net = make()
    for here, there in ties:
        tie(net, parameter=here, to=there)
    resolve_shapes(net, x[:2])
    roles = {"weight": create(weight), "embedding": create("normal"), "bias": create("normal")}
    apply_plan(net, make_plan(slots(net), roles=roles), Streams(0))
    return net


def arrays(net):
    return {path: np.array(p.data()) for path, p in parameters(net).items()}


def assert_kept(net, before, but=()):
    for path, after in arrays(net).items():
        if path not in but:
            assert_array_equal(after, before[path], err_msg=path)


def outputs(net, x):
    return np.array(net(Tensor(x)), np.float64)


# ---- the last layer
def language(activation=None):
    def make():
        hidden = nn.Dense(6, activation, flatten=False)
        return stack(nn.Embedding(4, 6), hidden, nn.Dense(4, use_bias=False, flatten=False))

    return make


@pytest.mark.parametrize("made", [OutputPrior(), Ridge()], ids=str)
def test_a_tied_last_weight_is_left_alone_and_what_is_before_it(made):
    net = drawn(language("tanh"), TOKENS.x, ties=[("2.weight", "0.weight")])
    before = arrays(net)
    (done,) = made.calibrate(net, TOKENS)
    assert (done.converged, done.why) == (False, NOT_LAST)
    assert_kept(net, before)


FOLLOWED = {
    "its own activation": lambda: stack(nn.Dense(5), nn.Dense(3, "tanh")),
    "a block": lambda: stack(nn.Dense(5), nn.Dense(3), nn.LeakyReLU(0.1)),
    "a function": lambda: stack(nn.Dense(5), nn.Dense(3), nn.Lambda("sigmoid")),
}


@pytest.mark.parametrize("made", [OutputPrior(), Ridge()], ids=str)
@pytest.mark.parametrize("what", FOLLOWED)
def test_a_last_layer_that_something_follows_is_left_alone(what, made):
    net = drawn(FOLLOWED[what])
    before = arrays(net)
    (done,) = made.calibrate(net, BATCH)
    assert (done.path, done.converged, done.why) == ("1.weight", False, NOT_LAST)
    assert_kept(net, before)


def test_a_last_layer_that_is_called_twice_is_left_alone():
    def make():
        twice = nn.Dense(12)
        return stack(twice, nn.Dense(12, "relu"), twice)

    net = drawn(make)
    before = arrays(net)
    (done,) = Ridge().calibrate(net, Batch(X, X, nn.L2Loss()))
    assert done.why == NOT_LAST
    assert_kept(net, before)


def test_the_order_of_calls_and_not_of_names_says_which_layer_is_last():
    class Backwards(nn.Sequential):
        def forward(self, x):
            return self[0](self[1](x))

    def make():
        net = Backwards()
        net.add(nn.Dense(3), nn.Dense(7, "relu"))
        return net

    net = drawn(make)
    before = arrays(net)
    (done,) = Ridge().calibrate(net, BATCH)
    assert (done.path, done.also, done.converged) == ("0.weight", ("0.bias",), True)
    assert_kept(net, before, but=("0.weight", "0.bias"))


def test_a_new_shape_of_its_outputs_leaves_a_layer_the_last():
    pictures = RNG.standard_normal((9, 2, 4, 4)).astype(np.float32)
    net = drawn(lambda: stack(nn.Conv2D(3, kernel_size=4), nn.Flatten()), pictures)
    (done,) = OutputPrior().calibrate(net, Batch(pictures, np.arange(9) % 3, LOSS))
    assert (done.path, done.converged) == ("0.bias", True)
    assert_allclose(arrays(net)["0.bias"], np.log(1 / 3), rtol=1e-6)


def test_labels_of_other_rows_than_the_outputs_are_told():
    net = drawn(lambda: stack(nn.Dense(3)))
    (done,) = Ridge().calibrate(net, Batch(X, np.arange(128).reshape(64, 2) % 3, LOSS))
    assert done.why == "labels of shape (64, 2) do not fit 64 outputs"


# ---- no chains
class Around(nn.Block):
    """Adds without saying so."""

    def __init__(self):
        super().__init__()
        self.a, self.b, self.c = nn.Dense(12, "relu"), nn.Dense(12, "relu"), nn.Dense(3)

    def forward(self, x):
        h = self.a(x)
        return self.c(h + self.b(h))


def tied():
    return stack(nn.Dense(12, "relu"), nn.Dense(12, "relu"), nn.Dense(3))


def bare():
    hidden = (nn.Dense(12, "relu", use_bias=False) for _ in range(2))
    return stack(*hidden, nn.Dense(3))


def residual():
    return stack(nn.Dense(12), nn.Residual(nn.Dense(12, "relu")), nn.Dense(3))


NO_CHAINS = [
    (residual, (), "1 adds a branch, so layers cannot be rescaled"),
    (Around, (), "its outputs would change: layers do not follow one another"),
    (tied, [("1.weight", "0.weight")], "1.bias would not be rescaled with the layers"),
    (bare, [("1.weight", "0.weight")], "its outputs would change: layers do not follow"),
    (lambda: stack(nn.Dense(9), nn.BatchNorm(), nn.Dense(3)), (), "1.gamma would not be rescaled"),
]


@pytest.mark.parametrize(("make", "ties", "why"), NO_CHAINS)
def test_where_layers_are_no_chain_krahenbuhl_is_weight_norm_and_says_why(make, ties, why):
    net, other = drawn(make, ties=ties), drawn(make, ties=ties)
    done = Krahenbuhl(iterations=5, spread=1.0).calibrate(net, BATCH)
    WeightNorm().calibrate(other, BATCH)
    assert_kept(net, arrays(other))
    assert not any(c.converged for c in done)
    assert all(why in c.why for c in done)


def test_a_dead_unit_stops_the_step_between_layers_and_all_say_so():
    net = drawn(tied)
    w = arrays(net)["0.weight"]
    w[2] = 0
    net[0].weight.set_data(w)
    first, *rest = Krahenbuhl().calibrate(net, BATCH)
    assert first.why == "1 units do not vary over the batch"
    assert {c.why for c in rest} == {"units of another layer are not standardized"}


# ---- several weights in one block
BY_LAYERS = [LSUV(tolerance=1e-3), EmpiricalGain(tolerance=1e-3), WeightNorm(), Krahenbuhl()]


@pytest.mark.parametrize("made", BY_LAYERS, ids=lambda made: type(made).__name__)
@pytest.mark.parametrize("kind", [nn.rnn.LSTM, nn.rnn.GRU, nn.rnn.RNN])
def test_recurrent_weights_are_left_out_and_the_rest_is_calibrated(kind, made):
    net = drawn(lambda: stack(kind(5, layout="NTC"), nn.Dense(3, flatten=False)), STEPS.x)
    before = arrays(net)
    done = {c.path: c for c in made.calibrate(net, STEPS)}
    for path in ("0.l0_i2h_weight", "0.l0_h2h_weight"):
        assert (done[path].factor, done[path].converged, done[path].why) == (1.0, False, GATES)
    assert_kept(net, before, but=("1.weight", "1.bias"))
    z = outputs(net, STEPS.x)
    moment = np.mean(z**2) if isinstance(made, EmpiricalGain) else np.var(z)
    centred = isinstance(made, WeightNorm | Krahenbuhl)
    assert (z.var(axis=(0, 1)).mean() if centred else moment) == pytest.approx(1, abs=2e-3)


@pytest.mark.parametrize("made", BY_LAYERS, ids=lambda made: type(made).__name__)
def test_a_net_of_recurrent_weights_alone_is_refused(made):
    net = drawn(lambda: nn.rnn.LSTM(3, layout="NTC"), STEPS.x)
    before = arrays(net)
    with pytest.raises(BadValueError, match=f"of l0_i2h_weight, {GATES}. Choose gradinit"):
        made.calibrate(net, STEPS)
    assert_kept(net, before)


def test_a_net_without_layers_is_refused():
    for name in set(calibrators()) - {"admin", "gradinit", "metainit", "mimetic"}:
        net = drawn(lambda: stack(nn.LayerNorm()))
        with pytest.raises(BadValueError, match="no layer with a weight that maps inputs"):
            calibrators()[name]().calibrate(net, BATCH)


@pytest.mark.parametrize("kind", [nn.Conv2D, nn.Conv2DTranspose])
@pytest.mark.parametrize("layout", ["NCHW", "NHWC"])
def test_channels_are_standardized_wherever_they_stand(kind, layout):
    x = 1 + RNG.standard_normal((8, 6, 6, 6)).astype(np.float32)
    net = drawn(lambda: stack(kind(5, kernel_size=3, layout=layout)), x)
    (done,) = WeightNorm().calibrate(net, Batch(x))
    z = np.moveaxis(outputs(net, x), 1 if layout == "NCHW" else -1, -1).reshape(-1, 5)
    assert done.converged
    assert_allclose([z.mean(axis=0), z.std(axis=0)], [np.zeros(5), np.ones(5)], atol=1e-5)


def test_units_that_no_axis_shows_are_told():
    x = RNG.standard_normal((8, 4, 6, 6)).astype(np.float32)
    net = drawn(lambda: stack(nn.Conv2DTranspose(6, kernel_size=3, groups=2)), x)
    before = arrays(net)
    (done,) = WeightNorm().calibrate(net, Batch(x))
    assert done.why == "no axis of its outputs is that of its units"
    assert_kept(net, before)


def test_an_activation_that_layers_share_is_looked_at_in_each_ones_turn():
    def make():
        relu = nn.Activation("relu")
        return stack(nn.Dense(9), relu, nn.Dense(9), relu, nn.Dense(9), relu)

    net = drawn(make)
    assert all(c.converged for c in LSUV(tolerance=1e-3).calibrate(net, BATCH))
    a = X.astype(np.float64)
    for layer in (0, 2, 4):
        z = a @ arrays(net)[f"{layer}.weight"].T + arrays(net)[f"{layer}.bias"]
        assert np.var(z) == pytest.approx(1, abs=1e-3)
        a = np.maximum(z, 0)


# ---- what is no number, or 0
def test_metainit_says_that_ids_are_no_noise_although_they_come_as_floats():
    net = drawn(language(), TOKENS.x)
    before = arrays(net)
    with pytest.raises(BadValueError, match=r"MetaInit draws .* does not take: .* has rows 0 to 3"):
        MetaInit().calibrate(net, TOKENS)
    assert_kept(net, before)


@pytest.mark.parametrize("made", [GradInit(), MetaInit()], ids=str)
def test_what_is_0_or_frozen_has_nothing_to_scale(made):
    zeros, frozen = drawn(tied, weight="zeros"), drawn(tied)
    for path, p in parameters(zeros).items():
        if path.endswith("bias"):
            p.set_data(np.zeros(p.shape))
    for p in parameters(frozen).values():
        p.grad_req = "null"
    for net in (zeros, frozen):
        before = arrays(net)
        with pytest.raises(BadValueError, match=r"of this net is 0 or frozen\. Choose another"):
            made.calibrate(net, BATCH)
        assert_kept(net, before)


# ---- frozen
@pytest.mark.parametrize("name", sorted(calibrators()))
@pytest.mark.parametrize("paths", [("1.body.weight",), ("0.weight", "2.bias"), None], ids=str)
def test_what_is_frozen_was_not_given(name, paths):
    net = drawn(residual)
    held = parameters(net)
    for path in paths or held:
        held[path].grad_req = "null"
    before = arrays(net)
    done = []
    with suppress(InitlabError) if paths is None else nullcontext():
        done = calibrators()[name]().calibrate(net, BATCH)
    assert_kept(net, before, but=set(held) - set(paths or held))
    assert not any(c.converged for c in done if c.path in (paths or held))


def test_a_layer_with_a_frozen_bias_keeps_its_means():
    net = drawn(tied)
    net[1].bias.grad_req = "null"
    first, second, _ = WeightNorm().calibrate(net, BATCH)
    assert (first.also, second.also, second.converged) == (("0.bias",), (), True)
    h = np.maximum(X @ arrays(net)["0.weight"].T + arrays(net)["0.bias"], 0)
    z = h @ arrays(net)["1.weight"].T + arrays(net)["1.bias"]
    assert_allclose(z.std(axis=0), 1, atol=1e-3)
    assert np.abs(z.mean(axis=0)).max() > 0.1


def test_mimetic_leaves_an_attention_with_a_frozen_weight_alone():
    net = drawn(lambda: stack(nn.MultiHeadAttention(3)), STEPS.x)
    net[0].key.weight.grad_req = "null"
    before = arrays(net)
    done = Mimetic().calibrate(net, STEPS)
    assert {c.why for c in done} == {"one of the four weights is frozen"}
    assert_kept(net, before)


def test_admin_leaves_a_branch_with_a_frozen_end_alone():
    def make():
        branches = (nn.Residual(nn.Dense(12), "channel") for _ in range(2))
        return stack(*(block for branch in branches for block in (branch, nn.LayerNorm())))

    net = drawn(make)
    net[2].scale.grad_req = "null"
    before = arrays(net)
    first, second = Admin().calibrate(net, BATCH)
    assert (first.path, first.converged) == ("0.scale", True)
    assert (second.path, second.why) == (
        "2.scale", "its branch has no trained weight, or no finite variance",
    )  # fmt: skip
    assert_kept(net, before)
