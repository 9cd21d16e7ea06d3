"""Losses against their formulas, central differences, peers and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients
from initlab.errors import BadTypeError, ShapeError

RNG = np.random.default_rng(0)
PRED, TARGET = RNG.standard_normal((2, 5, 3, 2))
SIGNS, CHANCES = np.sign(TARGET), 1 / (1 + np.exp(-TARGET))
COUNTS = RNG.poisson(2.0, PRED.shape).astype(float)


def wide(x):
    return nd.array(x, dtype="float64")


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


ERROR, AGREE = np.abs(PRED - TARGET), PRED * SIGNS
FORMULAS = {
    "L2Loss": (TARGET, ERROR**2 / 2),
    "L1Loss": (TARGET, ERROR),
    "HuberLoss": (TARGET, np.where(ERROR < 1, ERROR**2 / 2, ERROR - 0.5)),
    "HingeLoss": (SIGNS, np.maximum(0, 1 - AGREE)),
    "SquaredHingeLoss": (SIGNS, np.maximum(0, 1 - AGREE) ** 2),
    "LogisticLoss": (SIGNS, np.log(1 + np.exp(-AGREE))),
    "SigmoidBCELoss": (
        CHANCES,
        -CHANCES * np.log(sigmoid(PRED)) - (1 - CHANCES) * np.log(1 - sigmoid(PRED)),
    ),
}


@pytest.mark.parametrize("name", FORMULAS)
def test_a_sample_costs_the_mean_of_its_values(name):
    label, each = FORMULAS[name]
    made = getattr(nn, name)
    assert_allclose(made()(wide(PRED), wide(label)), each.mean((1, 2)), rtol=1e-10)
    assert_allclose(made(batch_axis=2)(wide(PRED), label), each.mean((0, 1)), rtol=1e-10)
    assert_allclose(made(batch_axis=-1, weight=2.0)(wide(PRED), label), 2 * each.mean((0, 1)))
    weights = np.arange(5.0).reshape(5, 1, 1)
    assert_allclose(made()(wide(PRED), label, weights), (weights * each).mean((1, 2)))


@pytest.mark.parametrize("name", FORMULAS)
def test_gradients_are_those_of_central_differences(name):
    label, _ = FORMULAS[name]
    check_gradients(lambda x: getattr(nn, name)()(x, label), PRED)


def test_half_a_squared_error_is_differentiable_in_its_targets_too():
    check_gradients(nn.L2Loss(), PRED, TARGET)


def test_targets_take_the_shape_and_the_precision_of_what_they_are_compared_with():
    loss = nn.L2Loss()(nd.ones((3, 1)), np.array([1, 2, 3]))
    assert loss.dtype == "float32"
    assert_array_equal(loss, [0, 0.5, 2])


def test_poissons_loss_is_the_log_likelihood_of_the_counts_but_for_their_factorials():
    from math import lgamma

    expected = np.exp(PRED) - COUNTS * PRED
    assert_allclose(nn.PoissonNLLLoss()(wide(PRED), COUNTS), expected.mean(), rtol=1e-12)
    rates = nn.PoissonNLLLoss(from_logits=False)
    assert_allclose(rates(wide(np.exp(PRED)), COUNTS), expected.mean(), rtol=1e-6)
    full = nn.PoissonNLLLoss(compute_full=True)
    factorials = np.array([lgamma(n + 1) for n in COUNTS.ravel()])
    got = full(wide(PRED), COUNTS) - nn.PoissonNLLLoss()(wide(PRED), COUNTS)
    assert_allclose(got, factorials.mean(), atol=1 / 24)  # Stirling's error at n = 2 is below 1/24


def test_a_count_of_zero_has_no_stirling_term():
    assert_allclose(nn.PoissonNLLLoss(compute_full=True)(wide([0.0]), [0]), 1)


@pytest.mark.parametrize("options", [{}, {"from_logits": False}, {"compute_full": True}])
def test_poissons_gradients_are_those_of_central_differences(options):
    check_gradients(lambda x: nn.PoissonNLLLoss(**options)(x, COUNTS), np.exp(PRED))


def test_kullback_and_leiblers_divergence_is_0_between_equal_distributions():
    p = np.exp(PRED) / np.exp(PRED).sum(1, keepdims=True)
    q = np.exp(TARGET) / np.exp(TARGET).sum(1, keepdims=True)
    assert_allclose(nn.KLDivLoss()(wide(np.log(p)), p), 0, atol=1e-10)
    got = nn.KLDivLoss(from_logits=False, axis=1)(wide(PRED), q)
    assert_allclose(got, (q * np.log(q / p)).sum((1, 2)), rtol=1e-9)
    check_gradients(nn.KLDivLoss(from_logits=False), PRED, CHANCES)


def test_probabilities_of_exactly_0_and_1_cost_a_finite_amount():
    loss = nn.SigmoidBCELoss(from_sigmoid=True)
    assert_allclose(loss(wide([0.0, 1.0]), [1, 0]), -np.log(1e-12), rtol=1e-9)
    assert_allclose(loss(wide(CHANCES), CHANCES), nn.SigmoidBCELoss()(wide(TARGET), CHANCES))


@pytest.mark.parametrize("options", [{}, {"from_sigmoid": True}])
def test_a_positives_weight_multiplies_the_positive_term(options):
    x = wide(CHANCES if options else TARGET)
    loss, each = nn.SigmoidBCELoss(**options), np.array([1.0, 3.0])
    expected = -each * CHANCES * np.log(CHANCES) - (1 - CHANCES) * np.log(1 - CHANCES)
    assert_allclose(loss(x, CHANCES, None, each), expected.mean((1, 2)), rtol=1e-9)
    check_gradients(lambda x: loss(x, CHANCES, None, each), np.asarray(x))


def test_outputs_beyond_the_exponential_cost_what_they_exceed():
    big = np.array([[800.0, -800.0]])
    assert_array_equal(nn.LogisticLoss()(wide(big), -np.sign(big)), [800])
    assert_array_equal(nn.SigmoidBCELoss()(wide(big), [[0, 1]], None, [[1.0, 3.0]]), [1600])


@pytest.mark.parametrize(
    "loss", [nn.LogisticLoss(label_format="binary"), nn.SigmoidBCELoss()], ids=type
)
def test_an_output_of_exactly_0_has_its_gradient(loss):
    check_gradients(lambda x: loss(x, [1, 0]), [0.0, 0.0])


def test_a_triplet_costs_what_the_negative_lacks_in_distance():
    near, far = PRED + 0.1, TARGET
    squares = [((other - PRED) ** 2).sum((1, 2)) for other in (near, far)]
    expected = np.maximum(0, squares[0] - squares[1] + 9)
    assert 0 < np.count_nonzero(expected) < 5
    assert_allclose(nn.TripletLoss(margin=9)(wide(PRED), near, far), expected, rtol=1e-12)
    check_gradients(nn.TripletLoss(margin=9), PRED, near, far)


def test_a_pair_costs_by_its_cosine():
    x, y = PRED.reshape(5, 6), TARGET.reshape(5, 6)
    labels = [1, -1, 1, -1, 1]
    cosine = (x * y).sum(1) / np.sqrt((x**2).sum(1) * (y**2).sum(1))
    expected = np.where(np.array(labels) == 1, 1 - cosine, np.maximum(0, cosine + 0.5))
    loss = nn.CosineEmbeddingLoss(margin=-0.5)
    assert_allclose(loss(wide(x), wide(y), labels), expected[:, None], rtol=1e-12)
    check_gradients(lambda x, y: loss(x, y, labels), x, y)


@pytest.mark.parametrize("name", [*FORMULAS, "PoissonNLLLoss", "TripletLoss", "KLDivLoss"])
def test_targets_of_another_size_are_refused(name):
    args = [wide(np.ones((5, 3)))] * (2 if name == "TripletLoss" else 1)
    loss = getattr(nn, name)()
    with pytest.raises(
        ShapeError,
        match=rf"{type(loss).__name__}.*\(5, 3, 2\) with targets of shape \(5, 3\).*units to fit",
    ):
        loss(wide(PRED), *args)


def test_weights_that_would_blow_up_the_loss_are_refused():
    with pytest.raises(
        ShapeError, match=r"of shape \(5,\) does not broadcast to .* \(5, 3, 2\).* \(5, 1, 1\)\."
    ):
        nn.L2Loss()(wide(PRED), TARGET, np.ones(5))


def test_a_list_as_the_weight_of_all_is_refused():
    with pytest.raises(BadTypeError, match=r"takes one number as weight, got \[1, 2\].*each call"):
        nn.L1Loss(weight=[1, 2])


def test_labels_of_another_format_are_refused():
    with pytest.raises(LookupError, match=r"Unknown label_format 'sined'. Did you mean 'signed'"):
        nn.LogisticLoss(label_format="sined")


def test_losses_print_and_are_named_as_gluons():
    assert repr(nn.L2Loss()) == "L2Loss(batch_axis=0, w=1.0)"
    assert repr(nn.HuberLoss(2)) == "HuberLoss(batch_axis=0, w=None)"
    assert nn.SigmoidBCELoss().name == "sigmoidbinarycrossentropyloss0"


@pytest.mark.peers
def test_they_are_torchs():
    import torch

    F = torch.nn.functional
    x, y, s = (torch.tensor(a) for a in (PRED, TARGET, SIGNS))
    whole = {"reduction": "none"}
    pairs = [
        (nn.HuberLoss(0.5)(wide(PRED), TARGET), F.huber_loss(x, y, delta=0.5, **whole) / 0.5),
        (nn.L1Loss()(wide(PRED), TARGET), F.l1_loss(x, y, **whole)),
        (nn.LogisticLoss()(wide(PRED), SIGNS), F.soft_margin_loss(x, s, **whole)),
        (
            nn.SigmoidBCELoss()(wide(PRED), CHANCES),
            F.binary_cross_entropy_with_logits(x, torch.tensor(CHANCES), **whole),
        ),
    ]
    for got, peer in pairs:
        assert_allclose(got, peer.numpy().mean((1, 2)), rtol=1e-10)
    rows, others = PRED.reshape(5, 6), TARGET.reshape(5, 6)
    label = [1, -1, -1, 1, -1]
    peer = F.cosine_embedding_loss(
        torch.tensor(rows), torch.tensor(others), torch.tensor(label), margin=0.1, **whole
    )
    got = nn.CosineEmbeddingLoss(margin=0.1)(wide(rows), wide(others), label)
    assert_allclose(np.asarray(got)[:, 0], peer.numpy(), rtol=1e-10, atol=1e-12)


def test_which_rows_belong_together_costs_a_smoothed_cross_entropy():
    x, y = PRED.reshape(5, 6), TARGET.reshape(5, 6)
    logits = -((x[:, None] - y[None]) ** 2).sum(2)
    logs = logits - np.log(np.exp(logits).sum(1, keepdims=True))
    wanted = np.where(np.eye(5) > 0, 0.7, 0.3 / 4)
    expected = (wanted * (np.log(wanted) - logs)).sum(1)
    assert_allclose(nn.SDMLLoss()(wide(x), wide(y)), expected, rtol=1e-9)
    check_gradients(nn.SDMLLoss(), x, y)
