"""The rules, recomputed in float64 from the formulas that Gluon documents (gluon.md, 6)."""

from __future__ import annotations

import numpy as np
import pytest

from initlab.optim import (
    NAG,
    SGD,
    AdaDelta,
    Adam,
    Adamax,
    Constant,
    Cosine,
    Ftrl,
    RMSProp,
    Warmup,
)

RNG = np.random.default_rng(0)
START, GRADIENTS = RNG.standard_normal((3, 4)), 10 * RNG.standard_normal((12, 3, 4))
BATCH = 10


def momentum(w, gradients, lr, mu, wd, schedule=None):
    """m = mu m - lr (wd w + g); w += m."""
    schedule, total = schedule or Constant(), len(gradients)
    m, path = 0.0, []
    for step, g in enumerate(gradients):
        m = mu * m - lr * schedule.factor(step, total) * (wd * w + g / BATCH)
        w = w + m
        path.append(w)
    return np.array(path)


def adam(w, gradients, lr, beta1, beta2, epsilon, wd):
    """w -= lr sqrt(1 - beta2^t) / (1 - beta1^t) m / (sqrt(v) + epsilon)."""
    m = v = 0.0
    path = []
    for t, gradient in enumerate(gradients, start=1):
        g = gradient / BATCH + wd * w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        rate = lr * np.sqrt(1 - beta2**t) / (1 - beta1**t)
        w = w - rate * m / (np.sqrt(v) + epsilon)
        path.append(w)
    return np.array(path)


@pytest.mark.parametrize(("lr", "mu", "wd"), [(0.1, 0, 0), (0.1, 0, 0.3), (0.05, 0.9, 0.02)])
def test_sgd_is_its_formula(descent, lr, mu, wd):
    got = descent(SGD(lr, mu, weight_decay=wd), START, GRADIENTS, BATCH)
    np.testing.assert_allclose(got, momentum(START, GRADIENTS, lr, mu, wd), rtol=1e-12)


def test_sgd_without_momentum_shrinks_weights_by_the_decay_and_subtracts_the_gradient(descent):
    got = descent(SGD(lr=0.1, weight_decay=0.3), START, GRADIENTS[:1], BATCH)[0]
    np.testing.assert_allclose(got, (1 - 0.1 * 0.3) * START - 0.1 * GRADIENTS[0] / BATCH)


@pytest.mark.parametrize("schedule", [Cosine(0.1), Warmup(0.5)])
def test_the_momentum_buffer_contains_the_rate_of_the_step_that_filled_it(descent, schedule):
    got = descent(SGD(0.1, 0.9, schedule=schedule), START, GRADIENTS, BATCH)
    expected = momentum(START, GRADIENTS, 0.1, 0.9, 0, schedule)
    np.testing.assert_allclose(got, expected, rtol=1e-12)


@pytest.mark.parametrize(
    "options",
    [(0.1, 0.9, 0.999, 1e-8, 0), (0.1, 0.5, 0.9, 1e-2, 0.3), (0.1, 0, 0, 1e-3, 0)],
)
def test_adam_is_its_formula(descent, options):
    *moments, wd = options
    got = descent(Adam(*moments, weight_decay=wd), START, GRADIENTS, BATCH)
    np.testing.assert_allclose(got, adam(START, GRADIENTS, *options), rtol=1e-10)


@pytest.mark.parametrize("wd", [0, 0.3])
def test_nag_decays_by_the_weight_that_the_gradient_was_taken_at(descent, wd):
    """m = mu m - d; w += mu m - d, with d = lr (g + wd w) of the old w in both."""
    w, m, expected = START, 0.0, []
    for gradient in GRADIENTS:
        d = 0.05 * (gradient / BATCH + wd * w)
        m = 0.9 * m - d
        w = w + 0.9 * m - d
        expected.append(w)
    got = descent(NAG(0.05, 0.9, weight_decay=wd), START, GRADIENTS, BATCH)
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_adamax_leaves_a_weight_without_gradient_where_it_is(descent):
    np.testing.assert_array_equal(descent(Adamax(), START, 0 * GRADIENTS)[-1], START)


def test_adadelta_has_no_rate(descent):
    fast, slow = (descent(AdaDelta(lr), START, GRADIENTS)[-1] for lr in (0.001, 100))
    np.testing.assert_array_equal(fast, slow)


def test_ftrl_keeps_weights_of_weak_evidence_at_exactly_0(descent):
    weak = descent(Ftrl(lamda1=1.0), [0.0, 0.0], [[0.9, 1.1]])[-1]
    # z = g; 0.9 is within the penalty; (1 - 1.1) / ((1 + 1.1) / 0.1) beyond it
    np.testing.assert_allclose(weak, [0, -0.1 / 21], rtol=1e-12)


def test_a_clipped_gradient_still_decays_as_each_rule_says(descent):
    """SGD clips before the decay is added, Adam after."""
    sgd = descent(SGD(1.0, weight_decay=1.0, clip_gradient=0.5), [4.0], [[8.0]])[-1]
    assert sgd.item() == 4 - (0.5 + 4)
    m = descent(RMSProp(1.0, 0.0, weight_decay=1.0, clip_gradient=0.5), [4.0], [[8.0]])[-1]
    assert m.item() == pytest.approx(4 - 1)  # the clipped sum over its own size


def test_the_first_step_of_adam_is_the_rate_against_the_gradient_s_sign(descent):
    step = descent(Adam(lr=0.1), START, GRADIENTS[:1])[0] - START
    np.testing.assert_allclose(step, -0.1 * np.sign(GRADIENTS[0]), rtol=1e-6)


def test_adam_leaves_a_weight_without_gradient_where_it_is(descent):
    np.testing.assert_array_equal(descent(Adam(), START, 0 * GRADIENTS)[-1], START)


@pytest.mark.parametrize(
    "optimizer", [SGD(0.1, 0.9, weight_decay=0.01), Adam(0.1, weight_decay=0.01)]
)
@pytest.mark.parametrize(("dtype", "tolerance"), [(np.float32, 1e-5), (np.float16, 1e-2)])
def test_smaller_floats_follow_float64_within_their_precision(descent, optimizer, dtype, tolerance):
    exact = descent(optimizer, START, GRADIENTS, BATCH)
    got = descent(optimizer, START, GRADIENTS, BATCH, dtype=dtype)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, exact, atol=tolerance * np.abs(exact).max())


@pytest.fixture(scope="module")
def torch():
    import torch as peer

    peer.set_num_threads(1)
    return peer


def torch_path(torch, cls, options):
    w = torch.tensor(START, requires_grad=True)
    peer = getattr(torch.optim, cls)([w], **options)
    path = []
    for g in GRADIENTS:
        w.grad = torch.tensor(g / BATCH)
        peer.step()
        path.append(w.detach().numpy().copy())
    return np.array(path)


@pytest.mark.peers
@pytest.mark.parametrize("options", [{}, {"momentum": 0.9}, {"momentum": 0.8, "weight_decay": 0.1}])
def test_sgd_steps_as_torch_does_at_a_constant_rate(torch, descent, options):
    got = descent(SGD(lr=0.1, **options), START, GRADIENTS, BATCH)
    np.testing.assert_allclose(got, torch_path(torch, "SGD", {"lr": 0.1, **options}), rtol=1e-12)


@pytest.mark.peers
@pytest.mark.parametrize("wd", [0, 0.1])
def test_adam_steps_as_torch_does_but_for_where_epsilon_stands(torch, descent, wd):
    got = descent(Adam(lr=0.1, weight_decay=wd), START, GRADIENTS, BATCH)
    options = {"lr": 0.1, "weight_decay": wd}
    # torch adds epsilon after correcting the root: 1e-8 of gradients about 1, over 0.03 at least
    np.testing.assert_allclose(got, torch_path(torch, "Adam", options), rtol=0, atol=1e-6)


@pytest.mark.peers
@pytest.mark.parametrize("wd", [0, 0.1])
def test_nag_and_adamax_step_as_torch_does(torch, descent, wd):
    for mine, cls, options in (
        (NAG(0.1, 0.9, weight_decay=wd), "SGD", {"momentum": 0.9, "nesterov": True}),
        (Adamax(0.1, weight_decay=wd), "Adamax", {}),
    ):
        got = descent(mine, START, GRADIENTS, BATCH)
        peer = torch_path(torch, cls, {"lr": 0.1, "weight_decay": wd, **options})
        np.testing.assert_allclose(got, peer, atol=1e-6)
