"""The rules, recomputed in float64 from the formulas that Gluon documents (gluon.md, 6)."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nd, nn
from initlab.optim import (
    DCASGD,
    LAMB,
    LARS,
    NAG,
    SGD,
    SGLD,
    AdaDelta,
    Adam,
    Adamax,
    Constant,
    Cosine,
    Ftrl,
    Nadam,
    RMSProp,
    Warmup,
    optimizers,
)
from initlab.optim.rule import Pace

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


@pytest.mark.parametrize("wd", [0, 0.3])
def test_dcasgd_with_momentum_moves_by_the_gradient_that_the_weights_have_now(descent, wd):
    """MXNet's fails in `if mom`, whatever has more than one element."""
    w, before, m, path = START, START, 0.0, []
    for gradient in GRADIENTS:
        g = gradient / BATCH
        m = 0.9 * m - 0.05 * (g + wd * w + 0.5 * g**2 * (w - before))
        before, w = w, w + m
        path.append(w)
    got = descent(DCASGD(0.05, 0.9, lamda=0.5, weight_decay=wd), START, GRADIENTS, BATCH)
    np.testing.assert_allclose(got, path, rtol=1e-12)


def test_sgld_adds_noise_whose_variance_is_the_rate(descent):
    """With 10^5 draws a mean is known to sd / 316, a variance to 0.45 %; both within 4 of them."""
    zeros = np.zeros(100_000)
    nd.random.seed(3)
    got = descent(SGLD(0.04), zeros, [zeros])[0]
    assert abs(got.mean()) < 4 * 0.2 / 316
    assert abs(got.var() / 0.04 - 1) < 4 * 0.0045
    nd.random.seed(3)
    moved = descent(SGLD(0.04, weight_decay=0.1), zeros + 2, [zeros + 3])[0]
    np.testing.assert_allclose(moved - got, 2 - 0.02 * (3 + 0.1 * 2), rtol=1e-12)


@pytest.mark.parametrize("optimizer", [LAMB(0.1), LARS(0.1, 0.9)])
def test_each_parameter_of_a_net_is_stepped_by_its_own_norm(optimizer):
    net, alone = nn.Sequential(), nn.Dense(3, in_units=4, use_bias=False)
    net.add(nn.Dense(3, in_units=4, use_bias=False), nn.Dense(5, in_units=3, use_bias=False))
    for block in (net, alone):
        block.initialize()
    alone.weight.set_data(net[0].weight.data())
    for block in (net, alone):
        stepper = optimizer.bind(list(block.collect_params().values()))
        for parameter in block.collect_params().values():
            parameter.grad()[:] = 1
        stepper.advance(0.1, 1)
    np.testing.assert_array_equal(alone.weight.data(), net[0].weight.data())


def test_lars_leaves_the_rate_of_biases_as_it_is(descent):
    got = descent(LARS(0.1), START, GRADIENTS, BATCH, role="bias")
    np.testing.assert_allclose(got, momentum(START, GRADIENTS, 0.1, 0, 0), rtol=1e-12)


def test_a_weight_of_zeros_is_moved_at_the_plain_rate(descent):
    zeros, gradient = np.zeros(3), np.ones(3)
    np.testing.assert_allclose(descent(LARS(0.1), zeros, [gradient]), -0.1 * np.ones((1, 3)))
    np.testing.assert_allclose(descent(LAMB(0.1), zeros, [gradient]), -0.1 * np.ones((1, 3)), 1e-5)


def test_nadam_keeps_a_schedule_for_each_parameter():
    """MXNet's is one for all, so that a second parameter ages the first."""
    one, two = nn.Dense(1, in_units=2), nn.Dense(1, in_units=2, use_bias=False)
    for net in (one, two):
        net.initialize("ones")
        stepper = Nadam(0.1).bind(list(net.collect_params().values()))
        for _ in range(3):
            net.weight.grad()[:] = 1
            stepper.step()
    np.testing.assert_array_equal(one.weight.data(), two.weight.data())


def test_nadam_computes_each_factor_of_its_schedule_a_few_times_whatever_t():
    """The product of those before is kept, of parameters at different steps too."""
    asked = []

    class Counted(Nadam):
        def _mu(self, t):
            asked.append(t)
            return super()._mu(t)

    rule = Counted(0.1)
    for t in range(1, 401):
        for pace in (Pace(0.1, 0, t, "weight"), Pace(0.1, 0, max(1, t - 7), "weight")):
            state = {name: np.zeros(1, "float32") for name in rule.buffers}
            rule.update(np.ones(1, "float32"), np.ones(1, "float32"), state, pace)
    assert len(asked) <= 5 * 400
    mu = 0.9 * (1 - 0.5 * 0.96 ** (0.004 * np.arange(1, 401)))
    for t in (1, 7, 300, 400):
        assert rule._gathered(t) == pytest.approx(mu[:t].prod(), rel=1e-12, abs=1e-17)
    assert type(rule._mu(3)) is float


@pytest.mark.parametrize("name", optimizers())
def test_a_step_is_in_proportion_to_the_gradient_or_hardly_hangs_on_it(name):
    """What rules for learning rates ask of an optimizer, over six steps of gradients x 100."""
    like = optimizers()[name].steps_like
    if like is None:
        return

    def moved(gradient):
        weight = np.zeros(1)
        optimizer = optimizers()[name]()
        state = {buffer: np.zeros(1) for buffer in optimizer.buffers}
        for t in range(1, 7):
            optimizer.update(weight, np.full(1, gradient), state, Pace(0.01, 0.0, t, "weight"))
        return float(weight[0])

    small = 1e-3 if like == "sgd" else 1.0  # dcasgd's correction is of second order
    growth = moved(100 * small) / moved(small)
    assert growth == pytest.approx(100 if like == "sgd" else 1, rel=0.02)
