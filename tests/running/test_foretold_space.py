"""What theory foretells of convolutions, pools and centred weights, against drawn nets."""

from __future__ import annotations

from functools import partial
from math import cos, pi, sqrt

import numpy as np
import pytest

from initlab import autograd, nd, nn, theory
from initlab.autograd import Tensor
from initlab.catalog import load_catalog
from initlab.config import compose, folder
from initlab.errors import BadValueError
from initlab.init import (
    Centred,
    DeltaOrthogonal,
    Mirror,
    Normal,
    Sinusoidal,
    Standardized,
    VarianceScaling,
    Zeros,
    make_plan,
)
from initlab.nd.random import Streams
from initlab.running import forecast
from initlab.running.expectation import expected
from initlab.running.staging import stages
from initlab.tree import apply_plan, blocks, fresh_names, resolve_shapes, slots

CATALOG = load_catalog(installed=False)
SEEDS = 40


@pytest.fixture(scope="module")
def pictures():
    """Smooth random fields with an empty edge, (16, 2, 8, 8)."""
    rng = np.random.default_rng(5)
    rough = rng.standard_normal((16, 2, 10, 10))
    smooth = sum(np.roll(rough, (i, j), (2, 3)) for i in range(3) for j in range(3)) / 3
    inner = smooth[:, :, 1:-1, 1:-1]
    inner[:, :, :, 0] = 0
    return (inner * np.linspace(0.5, 2, 16)[:, None, None, None]).astype(np.float32)


def planned(layers, x, weight, bias):
    with fresh_names():
        net = nn.Sequential()
        net.add(*layers)
    resolve_shapes(net, x)
    return net, make_plan(slots(net), roles={"weight": weight, "bias": bias})


def keep(seen, path, block, inputs, output):
    seen[path] = output


def measured(net, plan, x, seeds):
    """Return by path each seed's second moments of outputs, and of gradients behind white noise."""
    moments, gradients = {}, {}
    for seed in range(seeds):
        apply_plan(net, plan, Streams(seed))
        seen = {}
        hooks = [b.register_forward_hook(partial(keep, seen, p)) for p, b in blocks(net).items()]
        with autograd.record(train_mode=False):
            y = net(Tensor(x))
        noise = np.random.default_rng(seed).standard_normal(y.shape).astype(np.float32)
        slopes = autograd.grad(y, list(seen.values()), noise, train_mode=False)
        for hook in hooks:
            hook.detach()
        for path, slope in zip(seen, slopes, strict=True):
            moments.setdefault(path, []).append(float(np.mean(np.square(np.asarray(seen[path])))))
            gradients.setdefault(path, []).append(float(np.mean(np.square(np.asarray(slope)))))
    return moments, gradients


def conv(channels=48, **options):
    return nn.Conv2D(channels, options.pop("kernel_size", 3), **options)


NETS = {
    "edges": lambda: [conv(padding=1, activation="tanh") for _ in range(4)] + [nn.Dense(10)],
    "max pools": lambda: [
        conv(padding=1, activation="relu"), nn.MaxPool2D(),
        conv(padding=1, activation="relu"), nn.MaxPool2D(), nn.Dense(32, "relu"), nn.Dense(10),
    ],
    "pools that overlap, of tanh": lambda: [
        conv(activation="tanh"), nn.MaxPool2D(3, 2, 1), conv(padding=1), nn.Dense(10),
    ],
    "pools before activations": lambda: [
        conv(padding=1), nn.MaxPool2D(), nn.Activation("gelu"), conv(padding=1), nn.Dense(10),
    ],
    "means": lambda: [
        conv(padding=1, activation="relu"), nn.AvgPool2D(),
        conv(padding=1, activation="gelu"), nn.GlobalAvgPool2D(), nn.Dense(10),
    ],
    "means with zeros": lambda: [
        conv(padding=2, dilation=2, activation="relu"), nn.AvgPool2D(3, 2, 1), nn.Dense(10),
    ],
    "places that are empty": lambda: [
        conv(kernel_size=1, use_bias=False), nn.MaxPool2D(), nn.Dense(10),
    ],
    "the largest of all": lambda: [conv(strides=2, activation="relu"), nn.GlobalMaxPool2D()],
    "groups and strides": lambda: [
        conv(strides=2, padding=1, activation="relu"), conv(groups=4, padding=1, activation="relu"),
        nn.MaxPool2D(), nn.Dense(10),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", NETS)
def test_a_drawn_net_of_windows_does_what_was_foretold(name, pictures):
    net, plan = planned(NETS[name](), pictures, VarianceScaling(1.7), Normal(0.2))
    moments, gradients = measured(net, plan, pictures, SEEDS)
    told = expected(net, plan, pictures)
    last = np.array(gradients[list(told)[-1]])
    for path, level in told.items():
        found, slopes = np.array(moments[path]), np.array(gradients[path]) / last.mean()
        # 4 standard errors, 3 % for 2048 channels of theory and 48 of the net
        slack = 4 * found.std() / sqrt(SEEDS) / found.mean() + 0.03
        assert found.mean() == pytest.approx(level.signal**2, rel=slack), path
        slack = 4 * slopes.std() / sqrt(SEEDS) / slopes.mean() + 0.03
        assert slopes.mean() == pytest.approx(level.gradient**2, rel=slack), path


@pytest.mark.parametrize("weight", [Centred(VarianceScaling(2.0)), Standardized(1.4)])
@pytest.mark.parametrize("windows", [True, False])
def test_centred_weights_see_no_common_part(weight, windows, pictures):
    layers = [conv(24, padding=1, activation="relu") for _ in range(2)]
    x = pictures if windows else pictures.reshape(16, -1) + 0.5
    dense = [nn.Dense(64, "relu"), nn.Dense(10)]
    net, plan = planned(layers + dense if windows else dense, x, weight, Normal(0.2))
    told = expected(net, plan, x)
    moments, gradients = measured(net, plan, x, 2 * SEEDS)
    last = np.mean(gradients[list(told)[-1]])
    for path, level in told.items():
        found, slopes = np.array(moments[path]), np.array(gradients[path]) / last
        slack = 4 * found.std() / sqrt(2 * SEEDS) / found.mean() + 0.02
        assert found.mean() == pytest.approx(level.signal**2, rel=slack), path
        slack = 4 * slopes.std() / sqrt(2 * SEEDS) / slopes.mean() + 0.02
        assert slopes.mean() == pytest.approx(level.gradient**2, rel=slack), path
    if not windows:  # the first layer loses the inputs' means, the last one those of ReLU
        plain = planned(dense, x, VarianceScaling(2.0), Normal(0.2))
        assert expected(*plain, x)["1"].signal > 1.3 * told["1"].signal


def test_zeros_around_a_picture_take_their_share_in_a_deep_net():
    """The largest eigenvalue of a row's three-place window: (1 + 2 cos(pi / 9)) / 3, squared."""
    made = forecast(compose(["+init=he", "model=deep_cnn", "model.depth=30"], catalog=CATALOG))
    moments = [x.signal.second_moment for x in made.levels if x.path.startswith("hidden.")]
    share = ((1 + 2 * cos(pi / 9)) / 3) ** 2
    assert moments[-2] / moments[-4] == pytest.approx(share, rel=1e-3)


@pytest.mark.parametrize("size", [(7,), (5, 6), (3, 4, 3)])
def test_a_window_sees_what_a_convolution_sees(size):
    window = theory.Window(
        (3,) * len(size), (2,) + (1,) * (len(size) - 1), (2,) * len(size), (2,) * len(size)
    )
    x = np.random.default_rng(0).standard_normal((2, 1, *size)).astype(np.float32)
    how = window.stride, window.pad, window.dilate
    ones = np.ones((1, 1, *window.kernel), np.float32)
    t = Tensor(x**2)
    t.attach_grad()
    with autograd.record():
        y = nd.convolution(t, ones, None, *how)
    variances = np.mean(np.square(window.forward(x, 27.0, 0.5, centred=False)), axis=1)
    np.testing.assert_allclose(
        variances, 27 / 3 ** len(size) * np.asarray(y)[:, 0] + 0.5, rtol=1e-5
    )
    g = np.random.default_rng(1).standard_normal(y.shape).astype(np.float32)
    y.backward(g)
    np.testing.assert_allclose(
        window.backward(g, x.shape), np.asarray(t.grad), rtol=1e-4, atol=1e-5
    )


def test_zeros_take_nothing_where_only_the_kernels_middle_counts(pictures):
    layers = [conv(8, padding=1, use_bias=False) for _ in range(4)]
    net, plan = planned(layers, pictures, DeltaOrthogonal(), Normal(0.2))
    moments, _ = measured(net, plan, pictures, 3)
    for path, level in expected(net, plan, pictures).items():
        assert np.mean(moments[path]) == pytest.approx(level.signal**2, rel=1e-4)


REFUSED = {
    "model=lstm data=text": "the block body, a LSTM: its weights meet their own signals again",
    "model=transformer data=text": r"body\.0\.attention\.body\.heads, a MultiHeadAttention: what",
    "model=post_ln_transformer data=text": r"body\.0\.attention\.body, a MultiHeadAttention: what",
}
TOLD = ["cnn", "deep_cnn", "deep_mlp", "mlp", "residual_mlp"]
ELSEWHERE = ["lenet", "tied_language"]  # for other data than digits


def test_every_model_is_foretold_or_refused():
    known = {path.stem for path in (folder("conf") / "model").glob("*.yaml")}
    assert known == {
        *TOLD,
        *ELSEWHERE,
        *(words.split()[0].removeprefix("model=") for words in REFUSED),
    }


@pytest.mark.parametrize("model", TOLD)
def test_a_model_is_foretold(model):
    made = forecast(compose(["+init=he", f"model={model}"], catalog=CATALOG))
    assert all(0 < level.signal.second_moment < np.inf for level in made.levels)
    assert made.levels[-1].gradient == 1


def test_lenet_is_foretold():
    with fresh_names():
        net = nn.Sequential()
        net.add(
            nn.Conv2D(6, 5, padding=2, activation="relu"), nn.MaxPool2D(),
            nn.Conv2D(16, 5, activation="relu"), nn.MaxPool2D(), nn.Dense(10),
        )  # fmt: skip
    x = np.random.default_rng(0).random((4, 1, 28, 28)).astype(np.float32)
    resolve_shapes(net, x)
    plan = make_plan(slots(net), roles={"weight": VarianceScaling(2.0)})
    assert 0 < expected(net, plan, x)["4"].signal < np.inf


def test_a_tied_model_is_foretold_by_the_layer_that_uses_the_weight():
    made = forecast(compose(["+init=he", "model=tied_language", "data=text"], catalog=CATALOG))
    moments = {level.path: level.signal.second_moment for level in made.levels}
    drawn = 2 / 97  # He's by the encoder's characters, 97
    assert moments["encoder"] == pytest.approx(drawn)
    assert moments["output"] == pytest.approx(128 * drawn * moments["hidden.act"])
    assert made.levels[-2].gradient == pytest.approx(97 * drawn)


def test_hidden_layers_that_share_a_weight_have_no_prediction():
    ties = [
        f"+model.ties.t{i}={{parameter: hidden.{i}.weight, to: hidden.1.weight}}" for i in (2, 3)
    ]
    made = compose(["+init=he", "model=mlp", "model.depth=4", *ties], catalog=CATALOG)
    with pytest.raises(BadValueError, match=r"hidden\.1\.weight, which is tied to hidden\.2"):
        forecast(made)


@pytest.mark.parametrize(("words", "said"), REFUSED.items())
def test_a_model_is_refused_by_the_block_that_theory_does_not_know(words, said):
    with pytest.raises(BadValueError, match=said):
        forecast(compose(["+init=he", *words.split()], catalog=CATALOG))


UNKNOWN = {
    "behind normalization": ([conv(), nn.LayerNorm(), nn.MaxPool2D()], "pool 2: how neighbouring"),
    "beside batch normalization": (
        [conv(), nn.MaxPool2D(), conv(), nn.BatchNorm()], "pool 1 in a net with batch norm",
    ),
    "channels last": ([nn.MaxPool2D(layout="NHWC")], "pool 0 of layout NHWC: it knows space"),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_a_pool_that_theory_does_not_know_is_named(name, pictures):
    layers, said = UNKNOWN[name]
    net, plan = planned(layers, pictures, VarianceScaling(2.0), Normal(0.2))
    common = 0.0 if "batch" in name else None
    start = theory.Signal(1.0, common=common, sample=pictures.astype(float))
    with pytest.raises(BadValueError, match=f"no prediction for the {said}"):
        theory.predict(stages(net, plan), start)
    assert expected(net, plan, pictures) == {}


def test_a_number_for_all_is_foretold_where_it_starts_at_zero():
    x = np.random.default_rng(0).standard_normal((8, 16)).astype(np.float32)
    layers = [nn.Dense(16, "relu"), nn.ScalarBias(), nn.Dense(8)]
    told = expected(*planned(layers, x, VarianceScaling(2.0), Zeros()), x)
    assert told["2"].signal == pytest.approx(sqrt(2) * told["0"].signal)
    assert "1" not in told
    net, plan = planned(layers, x, VarianceScaling(2.0), Normal(0.2))
    with pytest.raises(BadValueError, match=r"for 1\.bias: Normal\(.* does not start it at 0"):
        stages(net, plan)


@pytest.mark.parametrize(
    ("weight", "said"),
    [
        (Mirror(), r"Mirror\(.* repeats its weights, up to the sign"),
        (Sinusoidal(), r"Sinusoidal\(\) is the same in every draw"),
    ],
)
def test_weights_that_are_not_independent_are_named(weight, said):
    x = np.ones((4, 8), np.float32)
    net, plan = planned([nn.Dense(8, "relu"), nn.Dense(8)], x, weight, Normal(0.2))
    with pytest.raises(BadValueError, match=f"no prediction for 0.weight: {said}"):
        stages(net, plan)
