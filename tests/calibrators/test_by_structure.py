"""Calibrators of one layer or one kind of block, against what their papers say of the result."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nn
from initlab.autograd import Tensor
from initlab.calibrators import PCA, Admin, Batch, KMeans, Mimetic, OutputPrior, RAIBias, Ridge
from initlab.errors import BadValueError
from initlab.init import create, make_plan
from initlab.nd.random import Streams
from initlab.tree import apply_plan, fresh_names, parameters, resolve_shapes, slots

UNITS, HEADS = 32, 4


def drawn(*blocks, x):
    with fresh_names():
        net = nn.Sequential()
        net.add(*blocks)
    resolve_shapes(net, x[:1])
    apply_plan(net, make_plan(slots(net), roles={"weight": create("xavier")}), Streams(0))
    return net


def array(parameter):
    return np.asarray(parameter.data(), np.float64)


@pytest.fixture
def sequences():
    return np.random.default_rng(2).standard_normal((3, 5, UNITS)).astype(np.float32)


def test_mimetic_products_are_noise_about_the_identity(sequences):
    """Their mean diagonals have standard errors c / d: entries c / sqrt(d), d of them."""
    net = drawn(nn.MultiHeadAttention(UNITS, HEADS), nn.Dense(3, flatten=False), x=sequences)
    rest = array(net[1].weight)
    done = Mimetic().calibrate(net, Batch(sequences, seed=1))
    attention = net[0]
    product = array(attention.output.weight) @ array(attention.value.weight)
    assert abs(product.trace() / UNITS + 0.4) < 5 * 0.4 / UNITS
    noise = (product + 0.4 * np.eye(UNITS)) * np.sqrt(UNITS) / 0.4
    assert abs(noise.var() - 1) < 5 * np.sqrt(2) / UNITS  # N(0, 1) entries
    width = UNITS // HEADS
    for head in range(HEADS):
        rows = slice(head * width, (head + 1) * width)
        q, k = array(attention.query.weight)[rows], array(attention.key.weight)[rows]
        assert np.linalg.matrix_rank(q.T @ k, tol=1e-4) == width
        assert_allclose(q @ q.T, k @ k.T, atol=1e-5)  # the root of the singular values on each
        off = q @ q.T - np.diag(np.diag(q @ q.T))
        assert np.abs(off).max() < 1e-5
    assert [c.path for c in done] == [f"0.{n}.weight" for n in ("query", "key", "value", "output")]
    assert all(c.converged for c in done)
    assert done[2].reached == pytest.approx(product.trace() / UNITS, rel=1e-4)
    assert_array_equal(array(net[1].weight), rest)


def test_mimetic_heads_are_the_best_of_their_rank(sequences):
    """With one head as wide as the units the whole a Z + b I is there: its diagonal is b."""
    net = drawn(nn.MultiHeadAttention(UNITS, 1), x=sequences)
    Mimetic(query_noise=0.0, query_identity=0.5).calibrate(net, Batch(sequences))
    product = array(net[0].query.weight).T @ array(net[0].key.weight)
    assert_allclose(product, 0.5 * np.eye(UNITS), atol=1e-6)


def test_mimetic_says_where_it_cannot(sequences):
    net = drawn(nn.MultiHeadAttention(16, 2), x=sequences)
    done = Mimetic().calibrate(net, Batch(sequences))
    assert {c.why for c in done} == {"its inputs are not as wide as its units"}
    (lone,) = Mimetic().calibrate(drawn(nn.Dense(3), x=sequences), Batch(sequences))
    assert lone.why == "the net has no attention"


def post_norm(scale, depth=5):
    blocks = [nn.Dense(UNITS)]
    for _ in range(depth):
        body = nn.Sequential()
        body.add(nn.Dense(UNITS, "relu"), nn.Dense(UNITS))
        blocks += [nn.Residual(body, scale), nn.LayerNorm(epsilon=1e-12)]
    return blocks


@pytest.mark.parametrize("scale", ["none", "scalar", "channel"])
def test_admin_nets_are_those_with_weighted_streams(scale):
    """LN(w x + f(x)) in NumPy, each w found on the way as the authors' code finds it."""
    x = np.random.default_rng(3).standard_normal((64, 8)).astype(np.float32)
    net = drawn(*post_norm(scale), x=x)
    before = {path: array(p) for path, p in parameters(net).items()}
    done = Admin().calibrate(net, Batch(x))
    assert len(done) == 5
    assert all(c.converged for c in done)
    stream, w, factors = x @ before["0.weight"].T, 1.0, []
    for block in range(1, 11, 2):
        hidden = np.maximum(stream @ before[f"{block}.body.0.weight"].T, 0)
        branch = hidden @ before[f"{block}.body.1.weight"].T
        factors.append(1 / w)
        total = w * stream + branch
        w = np.sqrt(np.var(w * stream) + np.var(branch))
        centred = total - total.mean(axis=1, keepdims=True)
        stream = centred / centred.std(axis=1, keepdims=True)
    assert_allclose([c.factor for c in done], factors, rtol=1e-4)
    assert_allclose(np.asarray(net(Tensor(x))), stream, atol=2e-4)
    assert factors[4] < factors[3] < factors[2] < factors[1]


def test_admin_says_that_there_is_no_branch():
    x = np.ones((4, 3), np.float32)
    (lone,) = Admin().calibrate(drawn(nn.Dense(3), x=x), Batch(x))
    assert lone.why == "the net has no residual branch"
    body = nn.Sequential()
    body.add(nn.LayerNorm())
    (bare,) = Admin().calibrate(drawn(nn.Residual(body), x=x), Batch(x))
    assert bare.why == "its branch has no trained weight, or no finite variance"


@pytest.mark.parametrize(("scale", "whole"), [(True, True), (False, False)])
def test_admin_divides_a_norm_that_ends_the_branch_or_says_that_it_cannot(scale, whole):
    x = np.random.default_rng(3).standard_normal((64, 8)).astype(np.float32)
    blocks = [nn.Dense(UNITS)]
    for _ in range(3):
        body = nn.Sequential()
        body.add(nn.Dense(UNITS), nn.LayerNorm(scale=scale))
        blocks += [nn.Residual(body), nn.LayerNorm()]
    net = drawn(*blocks, x=x)
    before = [np.asarray(net[n].body(Tensor(np.ones((1, UNITS), np.float32)))) for n in (1, 3, 5)]
    done = Admin().calibrate(net, Batch(x))
    after = [np.asarray(net[n].body(Tensor(np.ones((1, UNITS), np.float32)))) for n in (1, 3, 5)]
    for found, old, new in zip(done, before, after, strict=True):
        assert_allclose(new, old * found.factor, rtol=1e-4, atol=1e-5)
    assert [c.converged for c in done] == [True, whole, whole]
    assert whole == (done[2].factor < done[1].factor < 1)


def test_admin_says_that_a_branch_is_not_reached():
    class Around(nn.Block):
        def __init__(self):
            super().__init__()
            self.used, self.spare = nn.Dense(3), nn.Residual(nn.Dense(3, in_units=3))

        def forward(self, x):
            return self.used(x)

    x = np.ones((4, 3), np.float32)
    (done,) = Admin().calibrate(drawn(Around(), x=x), Batch(x))
    assert "no forward pass reaches it" in done.why


@pytest.fixture
def correlated():
    """Ten numbers from four directions, a mean, and three classes."""
    rng = np.random.default_rng(4)
    x = 3 + rng.standard_normal((200, 4)) @ rng.standard_normal((4, 10))
    return Batch(x.astype(np.float32), np.arange(200) % 3, nn.SoftmaxCrossEntropyLoss())


def test_pca_units_are_uncorrelated_with_variance_1_and_mean_0(correlated):
    net = drawn(nn.Dense(3, "relu"), nn.Dense(3), x=correlated.x)
    (done,) = PCA().calibrate(net, correlated)
    z = correlated.x @ array(net[0].weight).T + array(net[0].bias)
    assert_allclose(z.mean(axis=0), 0, atol=1e-4)
    assert_allclose(z.T @ z / 200, np.eye(3), atol=1e-4)
    centred = correlated.x - correlated.x.mean(axis=0)
    _, _, directions = np.linalg.svd(centred.astype(np.float64), full_matrices=False)
    cosines = array(net[0].weight) @ directions[:3].T
    cosines /= np.linalg.norm(array(net[0].weight), axis=1)[:, None]
    assert_allclose(np.abs(cosines), np.eye(3), atol=1e-3)
    assert (done.converged, done.reached) == (True, 3)


def test_pca_keeps_units_that_the_data_has_no_direction_for(correlated):
    net = drawn(nn.Dense(6), x=correlated.x)
    before = array(net[0].weight)
    (done,) = PCA().calibrate(net, correlated)
    assert_array_equal(array(net[0].weight)[4:], before[4:])
    assert done.why == "4 of 6 units: the batch has no more directions"


def test_pca_of_a_convolution_is_of_its_patches():
    rng = np.random.default_rng(5)
    x = rng.standard_normal((40, 2, 6, 6)).astype(np.float32).cumsum(axis=3)
    net = drawn(nn.Conv2D(5, kernel_size=3), x=x)
    PCA().calibrate(net, Batch(x))
    z = np.asarray(net(Tensor(x)), np.float64).transpose(0, 2, 3, 1).reshape(-1, 5)
    assert_allclose(z.T @ z / len(z), np.eye(5), atol=1e-3)


@pytest.mark.parametrize("how", [{"dilation": (2, 1)}, {"layout": "NHWC"}], ids=str)
def test_patches_are_those_that_the_convolution_sees(how):
    rng = np.random.default_rng(5)
    x = rng.standard_normal((40, 2, 7, 6)).astype(np.float32).cumsum(axis=2)
    x = np.moveaxis(x, 1, -1) if "layout" in how else x
    net = drawn(nn.Conv2D(5, kernel_size=(2, 3), **how), x=x)
    PCA().calibrate(net, Batch(x))
    z = np.asarray(net(Tensor(x)), np.float64)
    z = (z if "layout" in how else np.moveaxis(z, 1, -1)).reshape(-1, 5)
    assert_allclose(z.T @ z / len(z), np.eye(5), atol=1e-3)


def test_pca_of_a_grouped_convolution_is_refused_in_words():
    x = np.ones((2, 4, 5, 5), np.float32)
    net = drawn(nn.Conv2D(4, kernel_size=3, groups=2), x=x)
    (done,) = PCA().calibrate(net, Batch(x))
    assert "transposed, grouped or has copies" in done.why


def test_kmeans_units_point_to_the_clusters():
    """Three clusters a hundred deviations apart: each unit is the largest on one of them."""
    rng = np.random.default_rng(6)
    centres = 100 * np.array([[1.0, 0.0], [-0.5, 0.9], [-0.5, -0.9]])
    label = np.arange(90) % 3
    x = (centres[label] + rng.standard_normal((90, 2))).astype(np.float32)
    net = drawn(nn.Dense(3), x=x)
    (done,) = KMeans().calibrate(net, Batch(x, seed=0))
    z = np.asarray(net(Tensor(x)))
    assert_allclose(z.mean(axis=0), 0, atol=1e-3)
    assert_allclose(z.std(axis=0), 1, atol=1e-3)
    winners = z.argmax(axis=1)
    assert sorted({(int(a), int(b)) for a, b in zip(label, winners, strict=True)}) == sorted(
        {(a, int(winners[a])) for a in range(3)}
    )
    assert len(set(winners)) == 3
    assert done.converged


def test_kmeans_wants_as_many_patches_as_units(correlated):
    net = drawn(nn.Dense(300), x=correlated.x)
    (done,) = KMeans().calibrate(net, correlated)
    few = "the batch has 200 distinct patches for its 300 units"
    assert done.why == f"{few}: choose fewer, or raise init.calibrate.samples"


@pytest.mark.parametrize("distinct", [1, 2])
def test_kmeans_wants_as_many_distinct_patches_as_units(distinct):
    x = np.float32(0.1) + np.arange(50, dtype=np.float32)[:, None] % distinct * np.ones(4, "f4")
    net = drawn(nn.Dense(3), x=x)
    before = array(net[0].weight)
    (done,) = KMeans().calibrate(net, Batch(x))
    assert f"has {distinct} distinct patches for its 3 units" in done.why
    assert not done.converged
    assert_array_equal(array(net[0].weight), before)


def test_pca_of_a_constant_batch_has_no_directions():
    x = np.full((50, 4), 0.1, np.float32)
    (done,) = PCA().calibrate(drawn(nn.Dense(3), x=x), Batch(x))
    assert done.why == "0 of 3 units: the batch has no more directions"


def test_the_output_prior_is_the_log_of_smoothed_shares():
    """Counts 6, 2, 0 of eight, each and a half: (6.5, 2.5, 0.5) / 9.5."""
    x = np.random.default_rng(7).standard_normal((8, 5)).astype(np.float32)
    y = np.array([0, 0, 1, 0, 0, 1, 0, 0])
    net = drawn(nn.Dense(4, "relu"), nn.Dense(3), x=x)
    net[1].weight.set_data(np.zeros((3, 4), np.float32))
    (done,) = OutputPrior().calibrate(net, Batch(x, y, nn.SoftmaxCrossEntropyLoss()))
    shares = np.array([6.5, 2.5, 0.5]) / 9.5
    assert_allclose(array(net[1].bias), np.log(shares), rtol=1e-6)
    assert (done.path, done.converged) == ("1.bias", True)
    assert done.reached == pytest.approx(-(shares * np.log(shares)).sum())
    expected = nn.SoftmaxCrossEntropyLoss()(net(Tensor(x)), Tensor(np.arange(8) % 3))
    assert_allclose(np.asarray(expected), -np.log(shares)[np.arange(8) % 3], rtol=1e-5)


def test_the_output_prior_of_numbers_is_their_mean():
    x = np.ones((4, 2), np.float32)
    y = np.array([[1.0], [2.0], [4.0], [5.0]], np.float32)
    net = drawn(nn.Dense(1), x=x)
    (done,) = OutputPrior().calibrate(net, Batch(x, y, nn.L2Loss()))
    assert array(net[0].bias).tolist() == [3.0]
    assert done.reached == pytest.approx(2.5)


@pytest.mark.parametrize("made", [OutputPrior(), Ridge()], ids=str)
def test_labels_that_do_not_fit_are_told(made):
    x = np.ones((4, 2), np.float32)
    net = drawn(nn.Dense(2), x=x)
    (classes,) = made.calibrate(net, Batch(x, np.arange(4), nn.SoftmaxCrossEntropyLoss()))
    assert classes.why == "label 3 is beyond its 2 outputs"
    (none,) = made.calibrate(net, Batch(x, np.array([0, 1, -1, 0]), nn.SoftmaxCrossEntropyLoss()))
    assert none.why == "label -1 is no class"
    odd = Batch(x[:3], np.ones((3, 1), np.float32), nn.L2Loss())
    (numbers,) = made.calibrate(net, odd)
    assert numbers.why == "labels of shape (3, 1) do not fit 2 outputs"


def test_obstacles_of_last_layers_are_told():
    x = np.ones((4, 2), np.float32)
    loss = nn.SoftmaxCrossEntropyLoss()
    net = drawn(nn.Dense(2, use_bias=False), x=x)
    (bare,) = OutputPrior().calibrate(net, Batch(x, np.arange(4) % 2, loss))
    assert bare.why == "it has no bias to set"
    (flat,) = Ridge().calibrate(drawn(nn.Dense(2), x=x), Batch(x, np.arange(4) % 2, loss))
    assert flat.why == "its inputs do not vary over the batch"
    varied = np.arange(8, dtype=np.float32).reshape(4, 2)
    (same,) = Ridge().calibrate(drawn(nn.Dense(2), x=x), Batch(varied, np.ones(4, int), loss))
    assert same.why == "the batch's labels are all the same"
    pictures = np.ones((2, 1, 4, 4), np.float32)
    net = drawn(nn.Conv2D(2, kernel_size=4), x=pictures)
    (kernel,) = Ridge().calibrate(net, Batch(pictures, np.arange(2), loss))
    assert kernel.why == "it is no dense layer"


@pytest.mark.parametrize("use_bias", [True, False])
def test_ridge_is_scikit_learns(use_bias):
    from sklearn.linear_model import Ridge as Peer

    rng = np.random.default_rng(8)
    x = (1 + rng.standard_normal((50, 6))).astype(np.float32)
    y = rng.integers(0, 3, 50)
    net = drawn(nn.Dense(10, "tanh"), nn.Dense(3, use_bias=use_bias), x=x)
    features = np.asarray(net[0](Tensor(x)), np.float64)
    (done,) = Ridge(0.3).calibrate(net, Batch(x, y, nn.SoftmaxCrossEntropyLoss()))
    centred = features - features.mean(axis=0) * use_bias
    peer = Peer(alpha=0.3 * np.square(centred).sum() / 10, fit_intercept=use_bias)
    peer.fit(features, np.eye(3)[y])
    assert_allclose(array(net[1].weight), peer.coef_, atol=1e-6)
    if use_bias:
        assert_allclose(array(net[1].bias), peer.intercept_, atol=1e-6)
        assert done.reached == pytest.approx(peer.score(features, np.eye(3)[y]), abs=0.05)


@pytest.mark.parametrize("layer", ["dense", "grouped convolution"])
def test_of_each_outputs_weights_and_bias_one_is_from_beta_2_1(layer):
    """What was picked: the share of biases, and, where it is positive and large, its moments."""
    if layer == "dense":
        made, x, n = nn.Dense(60_000), np.ones((1, 4), np.float32), 4
    else:
        made, x, n = nn.Conv2D(60_000, 1, groups=2), np.ones((1, 8, 1, 1), np.float32), 4
    with fresh_names():
        net = nn.Sequential({"a": made})
    resolve_shapes(net, x)
    gain = 1e-4  # so that what is from Beta(2, 1) stands out
    roles = {"weight": create("rai", gain=gain)}
    apply_plan(net, make_plan(slots(net), roles=roles), Streams(0))
    (done,) = RAIBias(gain=gain).calibrate(net, Batch(x, seed=1))
    w = np.column_stack([array(net[0].weight).reshape(60_000, n), array(net[0].bias)])
    large = w > 6 * gain / np.sqrt(n)  # of a Beta(2, 1) number all but 1e-7
    assert (large.sum(axis=1) == 1).all()
    picks, error = large.mean(axis=0), np.sqrt(0.2 * 0.8 / 60_000)
    assert_allclose(picks, 1 / (n + 1), atol=5 * error)
    assert done.reached == pytest.approx(picks[-1])
    beta, rest = w[large], w[~large] * np.sqrt(n) / gain
    assert abs(beta.mean() - 2 / 3) < 5 * np.sqrt(1 / 18 / beta.size)
    assert abs(w[large[:, -1], -1].mean() - 2 / 3) < 5 * np.sqrt(1 / 18 / picks[-1] / 60_000)
    assert abs(rest.mean()) < 5 / np.sqrt(rest.size)
    assert abs(rest.var() - 1) < 5 * np.sqrt(2 / rest.size)


def test_layers_without_a_bias_keep_what_rai_gave_them():
    x = np.ones((1, 4), np.float32)
    net = drawn(nn.Dense(3, use_bias=False), x=x)
    before = array(net[0].weight)
    (done,) = RAIBias().calibrate(net, Batch(x))
    assert done.why == "no layer has a bias to set"
    assert_array_equal(array(net[0].weight), before)


@pytest.mark.parametrize("gain", [0.0, -1.0, float("nan")])
def test_a_gain_that_is_not_positive_is_refused(gain):
    with pytest.raises(BadValueError, match="rai_bias: gain must be positive, got"):
        RAIBias(gain=gain)
