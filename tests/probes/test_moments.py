"""Moments against NumPy in double precision, and by hand."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import nd
from initlab.probes import GradientMoments, Snapshot, WeightMoments, moments

STATISTICS = ("mean", "std", "min", "max", "norm", "zeros")


def independent(array):
    """The six numbers in NumPy's own words, each in a pass of its own."""
    wide = array.astype(np.float64)
    return {
        "mean": np.mean(wide),
        "std": np.std(wide),
        "min": np.min(wide),
        "max": np.max(wide),
        "norm": np.linalg.norm(wide.ravel()),
        "zeros": np.count_nonzero(wide == 0) / wide.size,
    }


def arrays():
    rng = np.random.default_rng(0)
    sparse = rng.standard_normal((40, 30)).astype(np.float32)
    sparse[sparse < 0] = 0
    return {
        "bias": np.zeros(5, np.float32),
        "offset.weight": (1000 + rng.standard_normal((300, 200))).astype(np.float32),
        "sparse.weight": sparse,
        "kernel": rng.uniform(-1, 3, (4, 3, 2, 2)),
        "strided": rng.standard_normal((8, 6)).astype(np.float32).T[::2],
        "single": np.array([[-2.5]], np.float32),
    }


@pytest.mark.parametrize(
    ("probe", "field", "prefix"),
    [(WeightMoments(), "weights", "weight"), (GradientMoments(), "gradients", "grad")],
)
def test_the_six_moments_are_numpy_s_in_double_precision(probe, field, prefix):
    given = arrays()
    found = {r.metric: r.value for r in probe.measure(Snapshot(0, **{field: given}))}
    expected = {
        f"{prefix}_{statistic}/{path}": value
        for path, array in given.items()
        for statistic, value in independent(array).items()
    }
    assert found.keys() == expected.keys()
    for metric, value in expected.items():
        assert found[metric] == pytest.approx(value, rel=1e-12, abs=1e-15), metric
        assert type(found[metric]) is float


def test_moments_of_a_worked_array():
    # 0, 3, -3, 4: mean 1, squares 34, variance 34/4 - 1 = 7.5
    found = WeightMoments().measure(Snapshot(0, {"w": np.array([[0.0, 3.0], [-3.0, 4.0]])}))
    values = {r.statistic.removeprefix("weight_"): r.value for r in found}
    assert values == pytest.approx(
        {"mean": 1, "std": 7.5**0.5, "min": -3, "max": 4, "norm": 34**0.5, "zeros": 0.25}
    )


def test_a_norm_whose_square_single_precision_cannot_hold_is_read():
    for size in (1e30, 1e-30):
        weight = np.full((10, 10), size, np.float32)
        found = {r.statistic: r.value for r in WeightMoments().measure(Snapshot(0, {"w": weight}))}
        assert found["weight_norm"] == pytest.approx(10 * size, rel=1e-6)


def test_a_net_without_gradients_has_no_readings_of_them():
    assert list(GradientMoments().measure(Snapshot(0, {"w": np.ones(2)}))) == []


def test_the_moments_have_the_same_bits_on_any_number_of_threads():
    array = np.random.default_rng(3).standard_normal(200_003).astype(np.float32)
    alone = moments(array)
    with nd.threads(2):
        assert moments(array) == alone


def test_a_mean_far_from_zero_costs_the_deviation_no_digits():
    array = 1e6 + np.random.default_rng(4).standard_normal(100_000)
    assert moments(array).std == pytest.approx(np.std(array - 1e6), rel=1e-12)


@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan])
def test_a_large_array_with_what_is_no_number_says_so(odd):
    array = np.ones(100_001, np.float32)
    array[70_000] = odd
    found = moments(array)
    np.testing.assert_array_equal([found.min, found.max], [array.min(), array.max()])
    np.testing.assert_array_equal(found.mean, array.mean())
    assert not np.isfinite(found.norm)
    assert np.isnan(found.std)
