"""Gains against the catalogue's table, closed forms, and mpmath's own quadrature."""

from __future__ import annotations

import subprocess
import sys
from math import asin, erf, exp, pi, sqrt

import numpy as np
import pytest

from initlab import nd
from initlab.errors import BadTypeError, BadValueError, NoRuleError, ShapeError
from initlab.theory import (
    backward_gain,
    derivative,
    forward_gain,
    mean,
    second_moment,
    variance,
    variance_gain,
)


def leaky(z):
    return nd.leaky_relu(z, 0.01)


def identity(z):
    return z * 1.0


TABLE = [  # catalogue/initializers.md section 1: forward gain, NF-net gamma
    (identity, 1, 1),
    (nd.sigmoid, 1.846228545, 4.801313372),
    (np.tanh, 1.592537420, 1.592537420),
    (nd.relu, 1.414213562, 1.712858550),
    (leaky, sqrt(2 / 1.0001), 1.704831627),
    (nd.selu, 1.000000000, 1.000000000),
    (nd.gelu, 1.533530441, 1.700926243),
    (nd.silu, 1.676532470, 1.787187222),
    (nd.elu, 1.245198301, 1.270843418),
    (nd.mish, 1.486847581, 1.592025381),
    (nd.softplus, 1.041866836, 1.919125980),
    (nd.softsign, 2.337533363, 2.337533363),
    (nd.erf, 1.467166950, 1.467166950),
    (np.sin, 1.520866623, 1.520866623),
    (nd.hardtanh, 1.392036140, 1.392036140),
]


def name(value):
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize(("f", "forward", "gamma"), TABLE, ids=name)
def test_forward_and_variance_gains_are_the_tables_to_eight_digits(f, forward, gamma):
    assert forward_gain(f) == pytest.approx(forward, rel=1e-9)
    assert variance_gain(f) == pytest.approx(gamma, rel=1e-9)


CLOSED = [  # E f^2 and E f'^2, worked by hand
    (nd.relu, 1 / 2, 1 / 2),
    (leaky, 1.0001 / 2, 1.0001 / 2),
    (np.sin, (1 - exp(-2)) / 2, (1 + exp(-2)) / 2),
    (nd.erf, 2 / pi * asin(2 / 3), 4 / pi / sqrt(5)),
    (np.square, 3, 4),
    (np.exp, exp(2), exp(2)),
    (nd.hardtanh, erf(1 / sqrt(2)) - 2 * exp(-0.5) / sqrt(2 * pi) + 1 - erf(1 / sqrt(2)),
     erf(1 / sqrt(2))),
]  # fmt: skip


@pytest.mark.parametrize(("f", "square", "slope"), CLOSED, ids=name)
def test_moments_are_the_closed_forms_to_twelve_digits(f, square, slope):
    assert second_moment(f) == pytest.approx(square, rel=1e-12)
    assert forward_gain(f) == pytest.approx(square**-0.5, rel=1e-12)
    assert backward_gain(f) == pytest.approx(slope**-0.5, rel=1e-12)


@pytest.mark.parametrize("at", [0.0, 0.1234567, -1.7, 3.3333])
def test_kinks_and_jumps_may_lie_anywhere(at):
    above = (1 - erf(at / sqrt(2))) / 2
    density = exp(-(at**2) / 2) / sqrt(2 * pi)
    assert mean(lambda z: (z > at) * 1.0) == pytest.approx(above, rel=1e-12)
    assert mean(lambda z: np.maximum(z - at, 0)) == pytest.approx(density - at * above, rel=1e-12)


def test_an_odd_activation_has_no_mean_and_selu_keeps_mean_and_variance():
    assert abs(mean(np.tanh)) < 1e-14
    assert abs(mean(nd.selu)) < 1e-12  # Klambauer et al. (2017): the fixed point (0, 1)
    assert variance(nd.selu) == pytest.approx(1, rel=1e-12)


def test_tanh_with_its_forward_gain_is_chaotic():
    assert (forward_gain(np.tanh) / backward_gain(np.tanh)) ** 2 == pytest.approx(1.18, abs=0.005)


@pytest.mark.peers
@pytest.mark.parametrize(("f", "text"), [(np.tanh, "tanh"), (nd.gelu, "gelu"), (nd.silu, "silu")])
def test_moments_are_those_of_mpmath_at_thirty_digits(f, text):
    import mpmath as mp

    mp.mp.dps = 30
    exact = {
        "tanh": mp.tanh,
        "gelu": lambda z: z * mp.ncdf(z),
        "silu": lambda z: z / (1 + mp.exp(-z)),
    }[text]
    square = mp.quad(lambda z: exact(z) ** 2 * mp.npdf(z), [-12, -6, -2, 0, 2, 6, 12])
    slope = mp.quad(lambda z: mp.diff(exact, z) ** 2 * mp.npdf(z), [-12, -6, -2, 0, 2, 6, 12])
    assert second_moment(f) == pytest.approx(float(square), rel=1e-12)
    assert backward_gain(f) == pytest.approx(float(slope) ** -0.5, rel=1e-12)


def test_a_derivative_may_be_handed_over():
    from scipy.special import erf as foreign

    slope = backward_gain(foreign, lambda z: 2 / sqrt(pi) * np.exp(-(z**2)))
    assert slope == pytest.approx((4 / pi / sqrt(5)) ** -0.5, rel=1e-12)
    with pytest.raises(NoRuleError, match="erf"):
        backward_gain(foreign)


def test_an_activation_that_leaves_the_graph_says_what_to_do():
    def leaves(z):
        return np.tanh(np.asarray(z))

    with pytest.raises(
        BadTypeError, match=r"leaves returned a ndarray for a Tensor.*np and nd func"
    ):
        derivative(leaves)([0.0])


@pytest.mark.parametrize(
    ("gain", "fault"),
    [(forward_gain, "zero wherever"), (variance_gain, "constant"), (backward_gain, "flat where")],
)
def test_no_gain_makes_up_for_an_activation_that_lets_nothing_through(gain, fault):
    def nothing(z):
        return z * 0.0

    with pytest.raises(BadValueError, match=f"nothing is {fault}.*no gain makes up for that"):
        gain(nothing)


def test_what_grows_too_fast_has_no_expectation():
    with pytest.raises(BadValueError, match=r"steep grows too fast: .* beyond \|z\| = 12"):
        mean(steep)


def steep(z):
    return np.exp(z**2)


def test_a_value_that_is_not_finite_is_named_with_its_place():
    def holed(z):
        return np.where(z > 0, z, np.nan)

    with pytest.raises(BadValueError, match=r"holed is not finite at -12\."):
        mean(holed)


def test_a_function_that_mixes_elements_is_refused():
    with pytest.raises(
        ShapeError, match=r"sum returned shape \(\) for \(\d+, 26\).*element by elem"
    ):
        mean(np.sum)


def test_gains_of_numpys_functions_need_no_other_import():
    code = "import numpy; from initlab import theory; print(theory.backward_gain(numpy.tanh))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    z = np.linspace(-10, 10, 100_001)
    weights = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    slope = np.trapezoid((1 - np.tanh(z) ** 2) ** 2 * weights, z)  # E tanh'(z)^2
    assert float(done.stdout) == pytest.approx(slope**-0.5, rel=1e-8)
