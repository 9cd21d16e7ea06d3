"""Expectations and kernels against closed forms; no error is larger than its bound."""

from __future__ import annotations

from functools import partial
from math import acos, asin, erf, exp, gamma, log, pi, sqrt

import numpy as np
import pytest

from initlab import nd
from initlab.errors import BadTypeError, BadValueError, QuadratureError
from initlab.theory import (
    MeanField,
    backward_gain,
    critical,
    derivative,
    expectation,
    forward_gain,
    kernel,
    second_moment,
    variance_gain,
)
from initlab.theory.panels import measured

KNOWN = [
    (np.abs, sqrt(2 / pi)),
    (np.exp, exp(0.5)),
    (np.cos, exp(-0.5)),
    (lambda z: z**10, 945.0),
    (lambda z: (z > 1.1) * 1.0, (1 - erf(1.1 / sqrt(2))) / 2),
]


@pytest.mark.parametrize(("f", "exact"), KNOWN)
def test_an_error_is_within_its_bound_and_the_bound_is_small(f, exact):
    found = expectation(f)
    assert abs(found - exact) <= found.error
    assert found.error < 1e-12 * max(exact, 1)


@pytest.mark.parametrize("at", [1e-9, 1.001, 2 + 1e-5, -3.0005, 0.381966, 1 / 3])
def test_a_kink_cannot_hide_at_the_edge_of_a_panel(at):
    above = (1 - erf(at / sqrt(2))) / 2
    density = exp(-(at**2) / 2) / sqrt(2 * pi)
    found = expectation(lambda z: np.maximum(z - at, 0))
    assert found == pytest.approx(density - at * above, abs=1e-13)
    assert expectation(lambda z: (z > at) * 1.0) == pytest.approx(above, abs=1e-13)


def below(x):
    return (1 + erf(x / sqrt(2))) / 2


def steps(pace, shift):
    """Return E floor(pace z + shift)^2, worked out step by step."""
    ends = [(k - shift) / pace for k in range(-round(13 * pace), round(13 * pace) + 2)]
    square = lambda k: (k - round(13 * pace)) ** 2
    return sum(square(k) * (below(ends[k + 1]) - below(ends[k])) for k in range(len(ends) - 1))


@pytest.mark.parametrize(("pace", "shift"), [(7.3, 0.0), (7.3, 0.5), (30.0, 0.0), (100.0, 0.1)])
def test_many_jumps_are_found_wherever_they_lie(pace, shift):
    found = expectation(lambda z: np.floor(pace * z + shift) ** 2)
    exact = steps(pace, shift)
    assert abs(found - exact) <= found.error + 1e-13 * exact
    assert found.error < 1e-11 * exact


HARD = {
    "log": (lambda z: np.log(np.abs(z)), -(0.5772156649015329 + log(2)) / 2),
    "mild pole": (lambda z: np.abs(z) ** -0.5, gamma(0.25) * 2**-0.25 / sqrt(pi)),
    "steep pole": (lambda z: np.abs(z) ** -0.8, gamma(0.1) * 2**-0.4 / sqrt(pi)),
    "spike": (lambda z: np.exp(-1e6 * (z - 1.2345) ** 2),
              exp(-1e6 * 1.2345**2 / (1 + 2e6)) / sqrt(1 + 2e6)),
    "fast sine": (lambda z: np.sin(1000 * z) ** 2, 0.5),
    "kink next to an edge": (lambda z: np.maximum(z - 1.0001, 0),
                             exp(-(1.0001**2) / 2) / sqrt(2 * pi) - 1.0001 * below(-1.0001)),
    "float32": (lambda z: np.sin(z.astype(np.float32)) ** 2, (1 - exp(-2)) / 2),
}  # fmt: skip


@pytest.mark.parametrize("name", HARD)
def test_a_hard_integrand_is_within_an_honest_bound(name):
    f, exact = HARD[name]
    found = expectation(f)
    assert abs(found - exact) <= found.error + 1e-15 * abs(exact)
    assert found.error <= (1e-6 if name == "float32" else 1e-11) * max(abs(exact), 1e-4)


@pytest.mark.parametrize("width", [1.0, 0.1, 1e-4])
def test_a_panels_bound_holds_for_a_jump_or_a_kink_anywhere_in_it(width):
    rng, count = np.random.default_rng(0), 20_000
    left = rng.uniform(-3, 3, count)
    share = rng.random(count)
    share[::2] **= 6  # as many close to an end
    at, right = left + share * width, left + width
    vector = np.vectorize(below)
    density = lambda z: np.exp(-(z**2) / 2) / sqrt(2 * pi)
    mass = vector(right) - vector(at)
    jump = measured(lambda z, i: (z > at[i][:, None]) * 1.0, left, right, np.arange(count))
    assert np.all(np.abs(jump.value - mass) <= jump.error + 1e-15)
    kink = measured(lambda z, i: np.maximum(z - at[i][:, None], 0), left, right, np.arange(count))
    exact = density(at) - density(right) - at * mass
    assert np.all(np.abs(kink.value - exact) <= kink.error + 2e-15)


DIVERGENT = {
    "1 / z": lambda z: 1 / z,
    "1 / |z|": lambda z: 1 / np.abs(z),
    "1 / (z - 0.3)": lambda z: 1 / (z - 0.3),
    "random": lambda z: np.random.default_rng(0).standard_normal(z.shape),
    "too fast a cosine": lambda z: np.cos(1e6 * z),
    "too many steps": lambda z: np.floor(1e4 * z),
}


@pytest.mark.parametrize("name", DIVERGENT)
def test_what_has_no_expectation_or_is_too_much_work_is_refused_with_the_place_and_the_way_out(
    name,
):
    with pytest.raises(QuadratureError, match=r"six digits: .* near z = .*breaks=\[\.\.\.\]"):
        expectation(DIVERGENT[name])


@pytest.mark.parametrize("f", [lambda z: 1 / z**2, lambda z: 1 / (z - 0.3) ** 2])
def test_a_pole_that_is_met_is_named(f):
    with pytest.raises(BadValueError, match=r"not finite at .* pole .*breaks="):
        expectation(f)
    with pytest.raises(BadValueError, match="not finite"):
        forward_gain(f)


def test_breaks_put_edges_where_a_function_is_hard():
    places = np.arange(-12_000, 12_001) / 1000
    steep, exact = partial(stairs, 1000), steps(1000.0, 0.0)
    with pytest.raises(QuadratureError):
        expectation(steep)
    found = expectation(steep, breaks=places)
    assert abs(found - exact) <= found.error < 1e-12 * exact
    root = lambda z: np.abs(z - 0.3) ** -0.25
    with pytest.raises(BadValueError, match=r"not finite at 0\.3"):
        expectation(root)
    mild = expectation(root, breaks=[0.3])
    # E |z - 0.3|^-1/4 = gamma(3/8) / (2^1/8 sqrt(pi)) 1F1(1/8, 1/2, -0.045)
    exact = gamma(0.375) * 2**-0.125 / sqrt(pi) * confluent(0.125, 0.5, -0.045)
    assert abs(mild - exact) <= mild.error < 1e-6
    assert forward_gain(partial(stairs, 1000, power=1), breaks=places) == pytest.approx(1e-3, 1e-6)


def stairs(pace, z, power=2):
    return np.floor(pace * z) ** power


def confluent(a, b, x):
    """Return Kummer's 1F1 by its series."""
    term = whole = 1.0
    for k in range(30):
        term *= (a + k) / (b + k) * x / (k + 1)
        whole += term
    return whole


def test_a_kernel_of_float32_has_a_bound_of_its_own_and_one_of_noise_is_refused():
    found = kernel(lambda z: np.sin(z.astype(np.float32)), 0.5)
    assert abs(found - (exp(-0.5) - exp(-1.5)) / 2) <= found.error < 1e-5
    for c in (0.3, 0.99, 0.99999):  # the last two have bounds of 1e-6 and 2e-6 of E f^2
        found = kernel(lambda z: np.maximum(z.astype(np.float32), np.float32(0)), c)
        assert abs(found - relu_kernel(c)) <= found.error < 5e-6
    with pytest.raises(QuadratureError, match="six digits"):
        kernel(lambda z: np.random.default_rng(0).standard_normal(z.shape), 0.5)


def test_a_kernel_of_many_jumps_is_refused_after_so_many_points():
    asked = [0]

    def stairs(z):
        asked[0] += np.size(z)
        return np.round(4 * z) / 4

    with pytest.raises(QuadratureError, match="within 33,554,432 points"):
        kernel(stairs, 0.5)
    assert asked[0] < 2**26


@pytest.mark.parametrize(
    "ask", [forward_gain, variance_gain, backward_gain, expectation, critical, derivative,
            partial(MeanField, weight_variance=1.0), partial(kernel, correlation=0.5)]
)  # fmt: skip
def test_a_name_is_no_activation(ask):
    with pytest.raises(BadTypeError, match=r"function of arrays, such as .*nd\.relu; got 'relu'"):
        ask("relu")


@pytest.mark.parametrize("f", [np.sign, np.floor, np.round])
@pytest.mark.parametrize("ask", [backward_gain, critical])
def test_steps_have_no_slope(ask, f):
    with pytest.raises(BadValueError, match=rf"{f.__name__} has no slope: .*step's is infinite"):
        ask(f)


def relu_kernel(c):  # Cho & Saul (2009), n = 1, for unit lengths
    return (sqrt(1 - c * c) + (pi - acos(c)) * c) / (2 * pi)


def step_kernel(c):  # Cho & Saul (2009), n = 0
    return (pi - acos(c)) / (2 * pi)


CORRELATIONS = [-1.0, -0.999, -0.4, 0.0, 0.2, 0.77, 0.99, 0.999999, 1.0]


@pytest.mark.parametrize("c", CORRELATIONS)
def test_the_kernels_of_relu_and_its_derivative_are_arc_cosines(c):
    found = kernel(nd.relu, c, 3.0)
    assert found == pytest.approx(3 * relu_kernel(c), abs=1e-12)
    assert found.error < 1e-11
    slope = kernel(derivative(nd.relu), c, 3.0)
    assert slope == pytest.approx(step_kernel(c), abs=1e-9 if c > 0.9999 else 1e-12)


@pytest.mark.parametrize("c", CORRELATIONS)
@pytest.mark.parametrize("q", [0.1, 1.0, 20.0])
def test_the_kernels_of_erf_and_sine_are_closed_forms(c, q):
    exact = 2 / pi * asin(2 * q * c / (1 + 2 * q))  # Williams (1997)
    assert kernel(nd.erf, c, q) == pytest.approx(exact, abs=1e-12)
    exact = (exp(-q * (1 - c)) - exp(-q * (1 + c))) / 2
    assert kernel(np.sin, c, q) == pytest.approx(exact, abs=1e-12)


def test_the_kernel_of_equal_inputs_is_the_second_moment_and_of_independent_ones_the_mean_squared():
    for f in (np.tanh, nd.gelu, nd.hardtanh):
        assert kernel(f, 1.0, 2.0) == pytest.approx(second_moment(f, 2.0), rel=1e-13)
        mean = expectation(lambda z, f=f: np.asarray(f(sqrt(2) * z)))
        assert kernel(f, 0.0, 2.0) == pytest.approx(mean**2, abs=1e-13)


def test_no_length_is_no_signal():
    assert kernel(np.cos, 0.5, 0.0) == pytest.approx(1.0, rel=1e-13)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1.2,), "correlation lies between -1 and 1, got 1.2"),
        ((float("nan"),), "correlation lies between -1 and 1, got nan"),
        ((0.0, -1.0), "length is a finite variance of at least 0, got -1.0"),
        ((0.0, float("inf")), "length is a finite variance of at least 0, got inf"),
    ],
)
def test_what_no_gaussian_has_is_refused(arguments, message):
    with pytest.raises(BadValueError, match=message):
        kernel(np.tanh, *arguments)
