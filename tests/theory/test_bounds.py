"""No number of theory is farther from the exact one than its bound says, and bounds are small."""

from __future__ import annotations

import json
import operator
import pickle
from copy import deepcopy
from math import asin, erf, exp, inf, log, pi, sqrt

import numpy as np
import pytest
from scipy.optimize import brentq

from initlab import nd
from initlab.theory import (
    Estimate,
    MeanField,
    backward_gain,
    critical,
    critical_line,
    derivative,
    forward_gain,
    fourth_moment,
    kernel,
    mean,
    moment_growth,
    second_moment,
    slope_growth,
    variance,
    variance_gain,
)
from initlab.theory.bounded import through
from initlab.theory.roots import bracket

ULPS = 4e-16  # of a closed form in floats


def holds(found, exact, small=1e-12):
    """Assert that a number is as near to the exact one as it says, and says something."""
    assert abs(float(found) - float(exact)) <= found.error + ULPS * abs(float(exact))
    assert found.error <= small * max(abs(float(exact)), 1)


def identity(z):
    return z * 1.0


# ---- arithmetic


@pytest.mark.parametrize(
    "f",
    [operator.add, operator.sub, operator.mul, operator.truediv, lambda x, y: -(3 - x) + 2 / y,
     lambda x, y: 2 * abs(x) / (5 + y)],
)  # fmt: skip
def test_what_is_worked_out_covers_every_number_within_the_bounds(f):
    rng = np.random.default_rng(0)
    for _ in range(100):
        (x, y), errors = rng.uniform(1, 3, 2) * [1, rng.choice([-1, 1])], rng.uniform(0, 0.5, 2)
        found = f(Estimate(x, errors[0]), Estimate(y, errors[1]))
        inside = [f(x + a * errors[0], y + b * errors[1]) for a, b in rng.uniform(-1, 1, (20, 2))]
        corners = [f(x + a * errors[0], y + b * errors[1]) for a in (-1, 1) for b in (-1, 1)]
        off = max(abs(one - float(found)) for one in inside + corners)
        assert off <= found.error <= 4 * off


def test_rounding_is_part_of_the_bound():
    tenth = Estimate.of(0.1)
    assert tenth.error == 0
    assert 0 < (tenth + 0.2).error < 1e-15
    assert (tenth + 0.2 == 0.3, abs(float(tenth + 0.2) - 0.3) <= (tenth + 0.2).error) == (
        False,
        True,
    )


def test_a_quotient_by_what_may_be_zero_has_no_bound():
    assert (1 / Estimate(1e-3, 1e-2)).error == inf
    assert (1 / Estimate(1e-3, 1e-4)).error == pytest.approx(1000 / 9, rel=1e-6)
    assert through(log, Estimate(0.5, 0.1), pole=0.5).error == inf


def test_a_sign_is_told_where_it_is_sure():
    assert [Estimate(x, 0.5).sign() for x in (-1.0, -0.5, 0.1, 0.6)] == [-1, 0, 0, 1]


def test_an_estimate_is_the_float_that_it_is():
    found = forward_gain(np.tanh)
    assert repr(found) == repr(float(found))
    assert json.dumps([found]) == json.dumps([float(found)])
    assert {found: 1}[float(found)] == 1
    assert np.asarray([found]).dtype == np.float64
    assert type(float(found)) is type(round(found, 3)) is float
    assert (found * np.ones(2)).tolist() == [float(found)] * 2
    for copied in (pickle.loads(pickle.dumps(found)), deepcopy(found)):
        assert (copied, copied.error) == (found, found.error)
    with pytest.raises(TypeError, match=r"unsupported operand .*'Estimate' and 'str'"):
        found + "1"


def test_a_bracket_is_sure_and_hardly_wider_than_it_must_be():
    for off in (-1e-6, 0.0, 1e-6):  # a function off by all that its bound allows
        found = bracket(lambda x, off=off: Estimate(2 - x**2 + off, 1e-6), sqrt(2 + off))
        assert abs(sqrt(2 + off) - sqrt(2)) <= found < 8 * 1e-6 / (2 * sqrt(2))
    assert bracket(lambda _: Estimate(0.0, 1e-6), 1.0) == inf
    assert bracket(lambda _: Estimate(0.0, 1e-6), 0.25, low=0.0, high=1.0) == 0.75


# ---- gains and moments


MOMENTS = [  # E f, E f^2, E f^4, E f'^2 at length q
    (nd.relu, lambda q: (sqrt(q / 2 / pi), q / 2, 1.5 * q * q, 0.5)),
    (identity, lambda q: (0, q, 3 * q * q, 1)),
    (np.abs, lambda q: (sqrt(2 * q / pi), q, 3 * q * q, 1)),
    (np.sin, lambda q: (0, (1 - exp(-2 * q)) / 2, (3 - 4 * exp(-2 * q) + exp(-8 * q)) / 8,
                        (1 + exp(-2 * q)) / 2)),
    (np.exp, lambda q: (exp(q / 2), exp(2 * q), exp(8 * q), exp(2 * q))),
    (np.square, lambda q: (q, 3 * q * q, 105 * q**4, 4 * q)),
]  # fmt: skip


@pytest.mark.parametrize(("f", "exact"), MOMENTS, ids=lambda v: getattr(v, "__name__", ""))
@pytest.mark.parametrize("q", [0.4, 0.7, 1.0])
def test_moments_are_within_their_bounds(f, exact, q):
    first, second, fourth, slope = exact(q)
    found = mean(f, q), second_moment(f, q), fourth_moment(f, q), second_moment(derivative(f), q)
    for one, known in zip(found, (first, second, fourth, slope), strict=True):
        holds(one, known, small=2e-12)


@pytest.mark.parametrize(("f", "exact"), MOMENTS, ids=lambda v: getattr(v, "__name__", ""))
def test_gains_are_within_their_bounds(f, exact):
    first, second, _, slope = exact(1.0)
    holds(forward_gain(f), second**-0.5)
    holds(backward_gain(f), slope**-0.5)
    holds(variance(f), second - first**2, small=1e-11)
    holds(variance_gain(f), (second - first**2) ** -0.5)


def test_growths_are_within_their_bounds():
    for q in (0.1, 1.0, 4.0):
        holds(moment_growth(nd.erf, q), 4 / pi / sqrt(1 + 4 * q) / (1 + 2 * q))
        holds(moment_growth(nd.relu, q), 0.5)
        holds(slope_growth(np.square, q), 1)
        holds(slope_growth(nd.erf, q), -2 * q / (1 + 4 * q))


def test_a_coarse_activation_has_wide_bounds_that_hold():
    """Single precision's rounding is what the bounds are wide for."""
    coarse = lambda z: np.sin(z.astype(np.float32)).astype(np.float64)
    holds(forward_gain(coarse), ((1 - exp(-2)) / 2) ** -0.5, small=1e-5)
    holds(second_moment(coarse, 0.3), (1 - exp(-0.6)) / 2, small=1e-5)
    holds(kernel(coarse, 0.5), (exp(-0.5) - exp(-1.5)) / 2, small=1e-5)
    assert forward_gain(coarse).error > 1e-9


# ---- mean field


@pytest.mark.parametrize("weight", [0.3, 1.0, 1.9, 1.999, 2 - 1e-7])
@pytest.mark.parametrize("bias", [1e-4, 0.05, 2.0])
def test_relus_ordered_nets(weight, bias):
    net, q = MeanField(nd.relu, weight, bias), bias / (1 - weight / 2)
    slack = 1 / (1 - weight / 2)  # by how much an error in the map is larger in its fixed point
    holds(net.q_star, q, small=1e-12 * slack**2)
    holds(net.chi_1, weight / 2)
    holds(net.xi_q, -1 / log(weight / 2), small=1e-12 * slack**2)
    holds(net.xi_c, -1 / log(weight / 2), small=1e-12 * slack**2)
    assert (net.c_star, net.c_star.error) == (1, 0)
    for c in (-0.5, 0.0, 0.9):
        angle = sqrt(1 - c * c) + (pi - np.arccos(c)) * c
        holds(net.correlation(c), (weight * q * angle / 2 / pi + bias) / q, small=1e-11 * slack)
        holds(net.correlation_slope(c), weight * (pi - np.arccos(c)) / 2 / pi)


def test_where_the_length_map_is_the_diagonal_there_is_no_bound_on_the_length_but_one_on_chi():
    net = MeanField(nd.relu, 2.0)
    assert net.q_star.error == inf
    holds(net.chi_1, 1)
    assert net.xi_q.error == net.xi_c.error == inf
    holds(net.c_star, 1, small=1e-6)  # the map touches the diagonal at 1


def test_a_length_that_is_infinite_has_no_bound_and_its_chi_has():
    net = MeanField(nd.relu, 3.0)
    assert (net.q_star, net.q_star.error) == (inf, inf)
    holds(net.chi_1, 1.5)
    holds(net.xi_gradient, 1 / log(1.5))


def test_a_length_that_slowly_comes_to_zero_is_no_nearer_than_its_bound_says():
    for f in (nd.hardtanh, np.tanh):  # at sigma_w^2 = 1 the only fixed point is 0
        net = MeanField(f, 1.0)
        assert 0 < net.q_star <= net.q_star.error < 0.1
    net = MeanField(np.tanh, 0.9)
    assert (net.q_star, net.q_star.error < 1e-17) == (0, True)
    holds(net.chi_1, 0.9)


@pytest.mark.parametrize(("weight", "bias"), [(0.5, 0.1), (1.0, 0.0), (0.99, 1.0), (0.2, 0.0)])
def test_linear_nets(weight, bias):
    net = MeanField(identity, weight, bias)
    holds(net.chi_1, weight)
    if weight < 1:
        holds(net.q_star, bias / (1 - weight), small=1e-9)
        holds(net.xi_gradient, -1 / log(weight), small=1e-8)


def arcsine_net(weight, bias, guess):
    """Return what an erf net has exactly (Williams, 1997), to thirty digits: q*, chi_1, c*, ..."""
    import mpmath as mp

    mp.mp.dps = 30
    w, b = mp.mpf(float(weight)), mp.mpf(float(bias))
    length = lambda q: w * 2 / mp.pi * mp.asin(2 * q / (1 + 2 * q)) + b
    q = mp.findroot(lambda q: length(q) - q, mp.mpf(float(guess)))
    correlation = lambda c: (w * 2 / mp.pi * mp.asin(2 * q * c / (1 + 2 * q)) + b) / q
    slope = lambda c: w * 4 / mp.pi / mp.sqrt((1 + 2 * q) ** 2 - (2 * q * c) ** 2)
    c = mp.mpf(0 if b == 0 else 1)
    if b and slope(1) > 1:
        c = mp.mpf(0)
        for _ in range(200):
            c -= (correlation(c) - c) / (slope(c) - 1)
    growth = slope(1) / (1 + 2 * q)
    return {
        "q_star": q,
        "chi_1": slope(1),
        "c_star": c,
        "xi_q": 1 / abs(mp.log(growth)),
        "xi_c": 1 / abs(mp.log(slope(c))),
        "xi_gradient": 1 / abs(mp.log(slope(1))),
        "length_slope": growth,
        "correlation": correlation(mp.mpf(0.3)),
    }


NETS = [(0.7, 0.02), (2.0, 0.3), (4.0, 0.1), (1.5, 0.0), (9.0, 0.01), (1.3, 0.05), (1.33, 0.05),
        (pi / 4 * 1.001, 0.0)]  # fmt: skip


@pytest.mark.peers
@pytest.mark.parametrize(("weight", "bias"), NETS)
def test_erf_nets_ordered_critical_and_chaotic(weight, bias):
    net = MeanField(nd.erf, weight, bias)
    exact = arcsine_net(weight, bias, net.q_star)
    near = 1 / abs(exact["chi_1"] - 1) ** 2 + 1 / abs(exact["length_slope"] - 1) ** 2
    for name in ("q_star", "chi_1", "c_star", "xi_q", "xi_c", "xi_gradient"):
        holds(getattr(net, name), exact[name], small=1e-11 * near)
    holds(net.correlation(0.3), exact["correlation"], small=1e-11 * near)
    holds(net.length_slope(net.q_star), exact["length_slope"], small=1e-11 * near)


@pytest.mark.peers
@pytest.mark.parametrize(("weight", "bias"), [(0.7, 0.02), (2.0, 0.3), (4.0, 0.1), (1.29, 0.05)])
@pytest.mark.parametrize("off", [(-1e-6, 0), (1e-6, 0), (0, -1e-6), (0, 1e-6)])
def test_what_a_variance_is_off_by_all_that_follows_is(weight, bias, off):
    """The bound on one variance is used up; what it does to the rest is most of their bounds."""
    exact = arcsine_net(weight, bias, 1.0)
    variances = (Estimate(v + e, abs(e)) for v, e in zip((weight, bias), off, strict=True))
    net = MeanField(nd.erf, *variances)
    for name in ("q_star", "chi_1", "c_star", "xi_q", "xi_c", "xi_gradient"):
        found = getattr(net, name)
        distance = abs(float(found) - float(exact[name]))
        assert distance <= found.error, name
        if name not in ("c_star", "xi_c"):  # there its effects nearly cancel
            assert found.error <= 20 * distance + 1e-12, name
    mapped = net.correlation(0.3)
    assert abs(float(mapped) - float(exact["correlation"])) <= mapped.error < 1e-4


@pytest.mark.peers
@pytest.mark.parametrize("above", [0.0, 1e-12, 5e-10])
def test_a_net_at_the_edge_has_a_correlation_of_one_but_for_its_bound(above):
    weight = pi / 4 * sqrt(5) * (1 + above)
    bias = 1 - sqrt(5) / 2 * asin(2 / 3)
    net = MeanField(nd.erf, weight, bias)
    exact = arcsine_net(weight, bias, 1.0)["c_star"]
    assert net.c_star == 1
    assert 1 - float(exact) <= net.c_star.error
    assert 0 < net.c_star.error < 1e-4


def test_a_depth_scale_has_no_bound_where_it_may_be_infinite():
    net = MeanField(nd.relu, Estimate(1.9999, 1e-3))
    assert net.xi_gradient == pytest.approx(20_000, rel=1e-3)
    assert net.xi_gradient.error == net.xi_c.error == inf
    assert MeanField(nd.relu, Estimate(1.9999, 1e-5)).xi_gradient.error < 3000


@pytest.mark.peers
@pytest.mark.parametrize(("weight", "bias"), [(1.4, 0.05), (2.5, 0.05)])
def test_tanh_nets_by_mpmath(weight, bias):
    import mpmath as mp

    mp.mp.dps = 25
    w, b, places = mp.mpf(weight), mp.mpf(bias), [-12, -4, -1, 0, 1, 4, 12]
    moment = lambda f, q: mp.quad(lambda z: f(mp.sqrt(q) * z) ** 2 * mp.npdf(z), places)
    net = MeanField(np.tanh, weight, bias)
    q = mp.findroot(lambda q: w * moment(mp.tanh, q) + b - q, mp.mpf(float(net.q_star)), tol=1e-20)
    chi = w * moment(lambda x: 1 - mp.tanh(x) ** 2, q)
    holds(net.q_star, q)
    holds(net.chi_1, chi)
    holds(net.xi_gradient, 1 / abs(mp.log(chi)), small=1e-10)


# ---- the edge of chaos


def test_the_line_of_erf_and_of_sine():
    lengths = [1e-3, 0.1, 1.0, 10.0]
    for point in critical_line(nd.erf, lengths):
        weight = pi / 4 * sqrt(1 + 4 * point.length)
        holds(point.weight_variance, weight)
        arc = asin(2 * point.length / (1 + 2 * point.length))
        holds(point.bias_variance, point.length - weight * 2 / pi * arc)
    for point in critical_line(np.sin, lengths):
        square, slope = (1 + s * exp(-2 * point.length) for s in (-1, 1))
        holds(point.weight_variance, 2 / slope)
        holds(point.bias_variance, point.length - square / slope)
    for point in critical_line(nd.hardtanh, lengths):
        holds(point.weight_variance, 1 / erf(1 / sqrt(2 * point.length)))


@pytest.mark.parametrize("off", [0.0, 1e-7, -1e-7])
@pytest.mark.parametrize("q", [0.1, 1.0, 5.0])
def test_a_critical_point_is_within_its_bounds_and_its_bias_variances(q, off):
    weight = pi / 4 * sqrt(1 + 4 * q)
    bias = q - weight * 2 / pi * asin(2 * q / (1 + 2 * q))
    point = critical(nd.erf, Estimate(bias + off, abs(off) + 1e-15))
    holds(point.length, q, small=1e-5 if off else 1e-12 / q)
    holds(point.weight_variance, weight, small=1e-5 if off else 1e-12 / q)
    assert off == 0 or point.length.error < 20 * abs(point.length - q)
    assert point.bias_variance.error == abs(off) + 1e-15


def test_critical_points_of_no_bias():
    for f, weight in ((np.tanh, 1), (nd.erf, pi / 4), (nd.relu, 2), (nd.hardtanh, 1)):
        found = critical(f)
        holds(found.weight_variance, weight)
        assert found.bias_variance == 0
        assert found.bias_variance.error < 1e-13
        assert found.length.error < 1e-17


@pytest.mark.parametrize("f", [nd.gelu, nd.silu])
def test_a_critical_point_with_a_least_bias_keeps_gradients_and_lengths_within_bounds(f):
    found = critical(f)
    net = MeanField(f, found.weight_variance, found.bias_variance)
    assert net.chi(found.length).error < 1e-8
    assert abs(net.chi(found.length) - 1) <= net.chi(found.length).error
    assert abs(net.length(found.length) - found.length) <= net.length(found.length).error
    assert found.length.error < 1e-8


@pytest.mark.parametrize("asked", [5e-10, 9e-10, 1.5e-9])
def test_a_critical_point_of_a_tiny_bias_variance_is_within_its_bound(asked):
    point = critical(np.tanh, asked)
    length = brentq(lambda q: q - _second(np.tanh, q) / _second(_slope, q) - asked, 1e-5, 1e-2)
    assert abs(point.length - length) <= point.length.error + 1e-6 * length
    assert abs(point.weight_variance - 1 / _second(_slope, length)) <= (
        point.weight_variance.error + 1e-8
    )
    assert point.length.error < 1e-2 * length
    assert point.bias_variance == asked


def _slope(z):
    return 1 / np.cosh(z) ** 2


def _second(f, q):
    """E f(sqrt(q) z)^2 by Gauss and Hermite."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    return float(weights @ f(np.sqrt(q) * nodes) ** 2 / weights.sum())


@pytest.mark.parametrize("kind", [np.float64, np.float32])
def test_numpys_numbers_have_the_bounds_of_pythons(kind):
    weight, bias = kind(1.4), kind(0.05)
    given = MeanField(np.tanh, weight, bias)
    plain = MeanField(np.tanh, float(weight), float(bias))
    for name in ("q_star", "chi_1", "c_star", "xi_q", "xi_c", "xi_gradient"):
        assert getattr(given, name) == getattr(plain, name)
        assert getattr(given, name).error == getattr(plain, name).error
    assert given.length(0.3).error == plain.length(0.3).error
    point = critical(np.tanh, bias)
    assert point.length.error < 1e-9
    assert all(number.error < 1e-9 for number in point.level(kind(0.9)))


def test_the_sign_of_what_is_no_number_is_open():
    assert Estimate(float("nan"), float("inf")).sign() == 0
