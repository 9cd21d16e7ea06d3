"""Lengths, correlations and phases against the catalogue, closed forms and a simulated net."""

from __future__ import annotations

from math import acos, asin, exp, inf, log, pi, sqrt

import numpy as np
import pytest

from initlab import nd
from initlab.errors import BadValueError
from initlab.theory import MeanField, Phase

TABLE = [  # tanh, bias variance 0.05: catalogue/reproductions.md, entry 4
    (1.0, Phase.ordered, 21.8),
    (1.4, Phase.ordered, 64),
    (2.5, Phase.chaotic, 71),
]


@pytest.mark.parametrize(("weight", "phase", "six"), TABLE)
def test_tanhs_phases_and_trainable_depths_are_the_papers(weight, phase, six):
    net = MeanField(np.tanh, weight, 0.05)
    assert net.phase == phase
    assert 6 * net.xi_c == pytest.approx(six, rel=0.01)
    assert net.length(net.q_star) == pytest.approx(net.q_star, rel=1e-11)
    assert (net.c_star == 1) == (phase is Phase.ordered)
    assert net.correlation(net.c_star) == pytest.approx(net.c_star, abs=1e-11)


def test_tanh_at_its_critical_point():
    net = MeanField(np.tanh, 1.7609546396067397, 0.05)
    assert net.q_star == pytest.approx(0.570048, abs=5e-7)
    assert net.chi_1 == pytest.approx(1, abs=1e-9)
    assert net.phase is Phase.critical
    assert net.xi_c == inf


@pytest.mark.parametrize(("weight", "bias"), [(2.0, 0.3), (4.0, 0.1), (0.7, 0.02), (1.5, 0.0)])
def test_erf_has_closed_forms(weight, bias):
    net = MeanField(nd.erf, weight, bias)
    q = net.q_star
    assert q == pytest.approx(weight * 2 / pi * asin(2 * q / (1 + 2 * q)) + bias, rel=1e-10)
    assert net.chi_1 == pytest.approx(weight * 4 / pi / sqrt(1 + 4 * q), rel=1e-10)
    growth = weight * 4 / pi / sqrt(1 + 4 * q) / (1 + 2 * q)
    assert net.length_slope(q) == pytest.approx(growth, rel=1e-10)
    for c in (0.0, 0.3, 0.9):
        mapped = (weight * 2 / pi * asin(2 * q * c / (1 + 2 * q)) + bias) / q
        assert net.correlation(c) == pytest.approx(mapped, abs=1e-11)
        slope = weight * 4 / pi / sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)
        assert net.correlation_slope(c) == pytest.approx(slope, abs=1e-11)
    assert net.xi_q == pytest.approx(-1 / log(growth), rel=1e-9)


RELU = [  # weight variance, bias variance: fixed length, chi_1, phase
    (2.0, 0.0, 1.0, 1.0, Phase.critical),
    (1.0, 0.0, 0.0, 0.5, Phase.ordered),
    (1.0, 0.5, 1.0, 0.5, Phase.ordered),
    (3.0, 0.0, inf, 1.5, Phase.chaotic),
    (2.0, 0.1, inf, 1.0, Phase.critical),
]


@pytest.mark.parametrize(("weight", "bias", "length", "chi", "phase"), RELU)
def test_relu_has_no_scale_of_its_own(weight, bias, length, chi, phase):
    net = MeanField(nd.relu, weight, bias)
    assert net.q_star == pytest.approx(length, rel=1e-10)
    assert net.chi_1 == pytest.approx(chi, rel=1e-12)
    assert net.phase == phase
    assert net.c_star == 1


def test_where_relu_starts_it_stays_at_hes_variance():
    assert MeanField(nd.relu, 2.0, start=7.5).q_star == 7.5


def test_without_bias_small_weights_end_every_signal():
    net = MeanField(np.tanh, 0.9)
    assert net.q_star == 0
    assert net.chi_1 == pytest.approx(0.9, rel=1e-12)
    assert net.xi_q == pytest.approx(-1 / log(0.9), rel=1e-9)


def test_a_large_constant_ends_at_its_bias():
    net = MeanField(np.tanh, 0.0, 0.3)
    assert (net.q_star, net.chi_1, net.c_star) == (pytest.approx(0.3), 0, 1)
    assert net.xi_c == net.xi_gradient == 0
    assert MeanField(np.tanh, 0.0).c_star == 1


def test_selu_keeps_unit_length_and_is_chaotic():
    net = MeanField(nd.selu, 1.0)
    assert net.q_star == pytest.approx(1, rel=1e-10)  # Klambauer et al. (2017)
    assert net.phase is Phase.chaotic
    assert net.c_star == pytest.approx(0, abs=1e-12)


def test_a_wide_net_does_what_the_maps_say():
    n, weight, bias, c = 3000, 2.5, 0.05, 0.6
    net = MeanField(np.tanh, weight, bias)
    q = net.q_star
    rng = np.random.default_rng(0)
    u = rng.standard_normal((2, n)) * sqrt(q)
    x = np.stack([u[0], c * u[0] + sqrt(1 - c * c) * u[1]], axis=1)
    w = rng.standard_normal((n, n)) * sqrt(weight / n)
    z = w @ np.tanh(x) + rng.standard_normal((n, 1)) * sqrt(bias)
    # a sample second moment of n Gaussians is off by sqrt(2 / n) = 2.6 %, twice here: 4 SE
    assert (z**2).mean(axis=0) == pytest.approx([q, q], rel=4 * sqrt(4 / n))
    found = (z[:, 0] * z[:, 1]).mean() / sqrt((z[:, 0] ** 2).mean() * (z[:, 1] ** 2).mean())
    assert found == pytest.approx(net.correlation(c), abs=4 * sqrt(2 / n))
    g = rng.standard_normal(n)
    back = (w.T @ g) * (1 - np.tanh(x[:, 0]) ** 2)
    assert (back**2).mean() / (g**2).mean() == pytest.approx(net.chi(q), rel=4 * sqrt(6 / n))


def test_the_depth_scale_is_that_of_the_iterated_map():
    net = MeanField(np.tanh, 1.4, 0.05)
    c, gaps = 0.5, []
    for _ in range(40):
        c = net.correlation(c)
        gaps.append(1 - c)
    assert gaps[-1] / gaps[-2] == pytest.approx(exp(-1 / net.xi_c), rel=0.01)


@pytest.mark.parametrize(("weight", "chi"), [(1.0, 0.5), (2.0, 1.0), (3.0, 1.5), (576.0, 288.0)])
def test_relus_correlations_know_no_depth_scale_whatever_its_lengths_do(weight, chi):
    net = MeanField(nd.relu, weight)
    assert net.chi_1 == pytest.approx(chi, rel=1e-12)
    assert net.correlation_slope(1.0) == pytest.approx(1, abs=1e-12)
    assert (net.c_star, net.xi_c) == (1, inf)
    c, depth = 0.2, 3000
    for layer in range(depth):  # the arc-cosine kernel of Cho & Saul (2009)
        mapped = (sqrt(1 - c * c) + c * (pi - acos(c))) / pi
        if layer % 1000 == 0:
            assert net.correlation(c) == pytest.approx(mapped, abs=1e-12)
        c = mapped
    assert (1 - c) * depth**2 == pytest.approx(9 * pi**2 / 2, rel=0.02)  # log(depth) / depth


def test_a_bias_that_holds_relus_length_gives_its_correlations_chi_1():
    net = MeanField(nd.relu, 1.0, 0.1)
    assert net.q_star == pytest.approx(0.2, rel=1e-10)
    assert net.xi_c == pytest.approx(1 / log(2), rel=1e-9)
    assert net.xi_c == pytest.approx(-1 / log(net.correlation_slope(1.0)), rel=1e-9)


@pytest.mark.parametrize("weight", [0.1, 1.0])
def test_a_squares_lengths_vanish_or_explode_and_correlations_settle_all_the_same(weight):
    net = MeanField(np.square, weight)  # E u^2 v^2 = q^2 (1 + 2 c^2): c goes to (1 + 2 c^2) / 3
    assert net.q_star == (0 if weight < 1 / 3 else inf)
    assert net.c_star == pytest.approx(1 / 2, abs=1e-11)
    assert net.xi_c == pytest.approx(1 / log(3 / 2), rel=1e-9)


@pytest.mark.parametrize(("f", "weight"), [(np.tanh, 0.9), (nd.gelu, 3.0), (nd.gelu, 1.0)])
def test_what_becomes_scale_free_far_out_or_close_to_0_has_no_depth_scale_there(f, weight):
    net = MeanField(f, weight)
    assert net.q_star in (0, inf)
    assert net.xi_c == net.xi_c.error == inf
    assert net.xi_gradient < 20


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1.0,), "weight_variance=-1.0, bias_variance=0.0"),
        ((1.0, inf), "weight_variance=1.0, bias_variance=inf"),
        ((1.0, 0.0, 0.0), "start is a positive finite length, got 0.0"),
    ],
)
def test_impossible_variances_are_refused(arguments, message):
    with pytest.raises(BadValueError, match=message):
        MeanField(np.tanh, *arguments)
