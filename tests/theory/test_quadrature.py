"""Expectations and kernels against closed forms; no error is larger than its bound."""

from __future__ import annotations

from math import acos, asin, erf, exp, pi, sqrt

import numpy as np
import pytest

from initlab import nd
from initlab.errors import BadValueError
from initlab.theory import derivative, estimate, expectation, kernel, second_moment

KNOWN = [
    (np.abs, sqrt(2 / pi)),
    (np.exp, exp(0.5)),
    (np.cos, exp(-0.5)),
    (lambda z: z**10, 945.0),
    (lambda z: (z > 1.1) * 1.0, (1 - erf(1.1 / sqrt(2))) / 2),
]


@pytest.mark.parametrize(("f", "exact"), KNOWN)
def test_an_error_is_within_its_bound_and_the_bound_is_small(f, exact):
    found = estimate(f)
    assert abs(found.value - exact) <= found.error
    assert found.error < 1e-12 * max(exact, 1)
    assert expectation(f) == found.value


@pytest.mark.parametrize("at", [1e-9, 1.001, 2 + 1e-5, -3.0005, 0.381966, 1 / 3])
def test_a_kink_cannot_hide_at_the_edge_of_a_panel(at):
    above = (1 - erf(at / sqrt(2))) / 2
    density = exp(-(at**2) / 2) / sqrt(2 * pi)
    found = estimate(lambda z: np.maximum(z - at, 0))
    assert found.value == pytest.approx(density - at * above, abs=1e-13)
    assert expectation(lambda z: (z > at) * 1.0) == pytest.approx(above, abs=1e-13)


def relu_kernel(c):  # Cho & Saul (2009), n = 1, for unit lengths
    return (sqrt(1 - c * c) + (pi - acos(c)) * c) / (2 * pi)


def step_kernel(c):  # Cho & Saul (2009), n = 0
    return (pi - acos(c)) / (2 * pi)


CORRELATIONS = [-1.0, -0.999, -0.4, 0.0, 0.2, 0.77, 0.99, 0.999999, 1.0]


@pytest.mark.parametrize("c", CORRELATIONS)
def test_the_kernels_of_relu_and_its_derivative_are_arc_cosines(c):
    found = kernel(nd.relu, c, 3.0)
    assert found.value == pytest.approx(3 * relu_kernel(c), abs=1e-12)
    assert found.error < 1e-11
    slope = kernel(derivative(nd.relu), c, 3.0).value
    assert slope == pytest.approx(step_kernel(c), abs=1e-9 if c > 0.9999 else 1e-12)


@pytest.mark.parametrize("c", CORRELATIONS)
@pytest.mark.parametrize("q", [0.1, 1.0, 20.0])
def test_the_kernels_of_erf_and_sine_are_closed_forms(c, q):
    exact = 2 / pi * asin(2 * q * c / (1 + 2 * q))  # Williams (1997)
    assert kernel(nd.erf, c, q).value == pytest.approx(exact, abs=1e-12)
    exact = (exp(-q * (1 - c)) - exp(-q * (1 + c))) / 2
    assert kernel(np.sin, c, q).value == pytest.approx(exact, abs=1e-12)


def test_the_kernel_of_equal_inputs_is_the_second_moment_and_of_independent_ones_the_mean_squared():
    for f in (np.tanh, nd.gelu, nd.hardtanh):
        assert kernel(f, 1.0, 2.0).value == pytest.approx(second_moment(f, 2.0), rel=1e-13)
        mean = expectation(lambda z, f=f: np.asarray(f(sqrt(2) * z)))
        assert kernel(f, 0.0, 2.0).value == pytest.approx(mean**2, abs=1e-13)


def test_no_length_is_no_signal():
    assert kernel(np.cos, 0.5, 0.0).value == pytest.approx(1.0, rel=1e-13)


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
