"""A drawn deviation beside the claimed one, in standard errors."""

from __future__ import annotations

import numpy as np
import pytest

from initlab.init import Normal, ParameterSpec, TruncatedNormal, Uniform, Xavier
from initlab.probes import Claim, Reading, Snapshot, WeightMoments


def std_reading(weight, claim):
    snapshot = Snapshot(0, {"w": weight}, claims={"w": claim})
    return next(r for r in WeightMoments().measure(snapshot) if r.statistic == "weight_std")


def test_the_standard_error_is_the_delta_method_s():
    # sd of s for N normals is sigma / sqrt(2N); for uniforms (kurtosis 9/5) sigma / sqrt(5N)
    weight = np.ones((20, 10))
    normal, uniform = Claim(0.3, kurtosis=3), Claim(0.3, kurtosis=9 / 5)
    assert std_reading(weight, normal).standard_error == pytest.approx(0.3 / 400**0.5)
    assert std_reading(weight, uniform).standard_error == pytest.approx(0.3 / 1000**0.5)


def test_the_standard_error_is_the_spread_that_repeated_draws_have():
    # 2000 draws of 400: the spread of their stds is known to 1/sqrt(4000) = 1.6 %; 4 of these
    rng = np.random.default_rng(1)
    spread = np.std(rng.normal(0, 0.3, (2000, 400)).std(axis=1))
    expected = std_reading(np.ones(400), Claim(0.3, 3.0)).standard_error
    assert spread == pytest.approx(expected, rel=4 * 0.016)


@pytest.mark.parametrize("initializer", [Normal(), Uniform(), Xavier(), TruncatedNormal()])
def test_what_an_initializer_draws_is_as_it_claims(initializer):
    spec = ParameterSpec((200, 300), name="w")
    law = initializer.law(spec)
    claim = Claim(law.variance**0.5, law.kurtosis)
    reading = std_reading(initializer(spec, np.random.default_rng(2)), claim)
    assert reading.expected == law.variance**0.5
    assert reading.verdict == "as expected"


def test_a_draw_of_ten_per_cent_too_much_is_off():
    # 10 % of sigma over sigma / sqrt(2 * 60000) is 34.6 standard errors, give or take one
    weight = np.random.default_rng(3).normal(0, 0.11, (200, 300))
    reading = std_reading(weight, Claim(0.1, 3.0))
    assert reading.verdict == "off"
    assert reading.deviation == pytest.approx(34.6, abs=4)


@pytest.mark.parametrize(
    ("expected", "error", "verdict"),
    [
        (None, None, None),
        (1.0, None, None),
        (1.0, 0.0201, "as expected"),  # 4.98 of them
        (1.0, 0.019, "off"),
        (1.1, 0.0, "as expected"),  # a law without spread, met
        (1.0, 0.0, "off"),
    ],
)
def test_a_verdict_is_five_standard_errors_of_distance(expected, error, verdict):
    assert Reading("s", "w", 1.1, expected, error).verdict == verdict


@pytest.mark.parametrize("value", [0.0, 0.1, 1e30])
def test_a_constant_is_as_claimed_in_spite_of_rounding(value):
    weight = np.full((7, 11), value, np.float32)
    assert std_reading(weight, Claim(0.0, kurtosis=1.0)).verdict == "as expected"


def test_what_is_no_number_is_off():
    assert Reading("s", "w", float("nan"), 1.0, 0.1).verdict == "off"


def test_a_law_of_unknown_kurtosis_gets_an_expectation_and_no_verdict():
    reading = std_reading(np.ones((3, 3)), Claim(0.5))
    assert (reading.expected, reading.standard_error, reading.verdict) == (0.5, None, None)


def test_only_the_std_stands_beside_a_claim():
    snapshot = Snapshot(0, {"w": np.ones(3)}, claims={"w": Claim(1.0, 3.0)})
    beside = {r.statistic for r in WeightMoments().measure(snapshot) if r.expected is not None}
    assert beside == {"weight_std"}
