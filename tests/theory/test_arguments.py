"""What theory is given must be functions of real numbers, numbers and lengths."""

from __future__ import annotations

from math import inf, nan, sqrt

import numpy as np
import pytest
from scipy.stats import norm

from initlab import theory
from initlab.errors import BadTypeError, BadValueError

TAKES_A_NUMBER = {
    "weight_variance": lambda x: theory.MeanField(np.tanh, x),
    "bias_variance": lambda x: theory.MeanField(np.tanh, 1.0, x),
    "start": lambda x: theory.MeanField(np.tanh, 1.0, 0.0, x),
    "length": lambda x: theory.second_moment(np.tanh, x),
    "length, growing": lambda x: theory.moment_growth(np.tanh, x),
    "length, of a slope": lambda x: theory.slope_growth(np.tanh, x),
    "length, mapped": lambda x: theory.MeanField(np.tanh, 1.5, 0.1).length(x),
    "correlation": lambda x: theory.kernel(np.tanh, x),
    "length, of a kernel": lambda x: theory.kernel(np.tanh, 0.5, x),
    "c": lambda x: theory.MeanField(np.tanh, 1.5, 0.1).correlation(x),
    "c, of a slope": lambda x: theory.MeanField(np.tanh, 1.5, 0.1).correlation_slope(x),
    "bias_variance, critical": lambda x: theory.critical(np.tanh, x),
    "each of lengths": lambda x: theory.critical_line(np.tanh, [x]),
    "each of breaks": lambda x: theory.forward_gain(np.tanh, [x]),
}


@pytest.mark.parametrize("name", TAKES_A_NUMBER)
@pytest.mark.parametrize("value", ["1", [1.0], 1j, True, np.ones(3)], ids=str)
def test_what_is_no_number_is_refused_by_its_name(name, value):
    with pytest.raises(BadTypeError, match=f"{name.partition(',')[0]} is a number, got .* of type"):
        TAKES_A_NUMBER[name](value)


@pytest.mark.parametrize("name", [name for name in TAKES_A_NUMBER if "breaks" not in name])
def test_nan_is_no_value_and_a_length_is_not_negative(name):
    with pytest.raises(BadValueError):
        TAKES_A_NUMBER[name](nan)
    if "length" in name:
        with pytest.raises(BadValueError):
            TAKES_A_NUMBER[name](-1.0)


def test_a_moments_growth_needs_a_length_and_a_bias_an_end():
    with pytest.raises(BadValueError, match="length is a variance of at least"):
        theory.moment_growth(np.tanh, 0.0)
    with pytest.raises(BadValueError, match="bias_variance is a finite number, got inf"):
        theory.critical(np.tanh, inf)


def test_breaks_are_a_list():
    with pytest.raises(BadTypeError, match=r"breaks is a list of numbers, got 1\.5"):
        theory.forward_gain(np.tanh, 1.5)


TAKES_A_FUNCTION = {
    "gain": theory.forward_gain,
    "variance": theory.variance_gain,
    "expectation": theory.expectation,
    "kernel": lambda f: theory.kernel(f, 0.5),
    "field": lambda f: theory.MeanField(f, 1.0).q_star,
    "critical": theory.critical,
}


@pytest.mark.parametrize("name", TAKES_A_FUNCTION)
@pytest.mark.parametrize("value", ["a", None, 1j, object()], ids=["str", "None", "1j", "object"])
def test_a_function_of_other_values_than_real_ones_is_refused_by_its_name(name, value):
    def odd(_z):
        return value

    with pytest.raises(BadTypeError, match="odd returned"):
        TAKES_A_FUNCTION[name](odd)


def test_integers_truth_values_and_halves_are_numbers():
    assert theory.second_moment(lambda z: z > 0) == pytest.approx(0.5)
    assert theory.second_moment(lambda z: np.sign(z).astype(int)) == pytest.approx(1)
    assert theory.second_moment(np.tanh, np.float32(1.0)) == theory.second_moment(np.tanh)


def test_a_spike_between_the_points_is_found_where_breaks_has_its_sides():
    low, high = 1.2345, 1.2346
    chance = norm.cdf(high) - norm.cdf(low)

    def spike(z):
        return np.where((z > low) & (z < high), 100.0, 0.0)

    with pytest.raises(BadValueError, match=r"zero wherever it was asked.*breaks has its sides"):
        theory.forward_gain(spike)
    gain = theory.forward_gain(spike, [low, high])
    assert gain == pytest.approx(1 / (100 * sqrt(chance)), rel=1e-9)
