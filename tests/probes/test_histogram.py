"""Counts in 64 bins against NumPy's, and the entropy of what has a known one."""

from __future__ import annotations

from math import isnan, log2

import numpy as np
import pytest

from initlab import nd
from initlab.probes import Snapshot, WeightEntropy, histogram

BINS = 64


def entropy(array):
    (reading,) = WeightEntropy().measure(Snapshot(0, weights={"w": array}))
    assert reading.metric == "weight_entropy/w"
    return reading.value


@pytest.mark.parametrize("size", [1, 2, 3, 1000, 65536, 65537, 200_001])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_values_inside_of_their_bins_are_counted_as_numpy_counts_them(size, dtype):
    """Eighths of a bin off the edges: no rounding decides."""
    rng = np.random.default_rng(size)
    array = (rng.integers(0, BINS, size) + rng.choice([0.125, 0.5, 0.875], size)).astype(dtype)
    expected = np.histogram(array, BINS, (0, BINS))[0]
    np.testing.assert_array_equal(histogram(array, 0.0, BINS), expected)


def test_of_a_million_normal_values_a_handful_lies_where_rounding_decides():
    array = np.random.default_rng(0).standard_normal(1_000_000).astype(np.float32)
    low, high = float(array.min()), float(array.max())
    found, expected = histogram(array, low, high), np.histogram(array.astype(float), BINS)[0]
    assert found.sum() == array.size
    # a place is off by 64 * 2**-23 bins at most, so some 64 * 64 * 2**-22 of all may change bins
    assert np.abs(found - expected).sum() <= 1000


@pytest.mark.parametrize("scale", [1e-42, 1e-38, 1e-20, 1e20, 1.5e38])
def test_ranges_at_the_ends_of_single_precision_keep_their_bins(scale):
    array = (np.linspace(-1, 1, 129)[1::2].repeat(3) * scale).astype(np.float32)
    low, high = -float(np.float32(scale)), float(np.float32(scale))
    counts = histogram(array, low, high)
    assert counts.sum() == array.size
    if scale > 1e-40:  # below, numbers are too few to be told apart
        assert counts.tolist() == [3] * BINS


def test_far_from_zero_bins_are_as_fine_as_the_numbers():
    array = (1000 + np.arange(BINS) / BINS + 1 / 128).astype(np.float32)
    assert histogram(array, 1000.0, 1001.0).tolist() == [1] * BINS


def test_the_largest_is_in_the_last_bin_and_a_strided_array_is_read_whole():
    array = np.arange(65.0).reshape(5, 13).T
    assert histogram(array, 0.0, 64.0).tolist() == [1] * 63 + [2]


def test_counts_are_the_same_on_any_number_of_threads():
    array = np.random.default_rng(1).standard_normal(300_001).astype(np.float32)
    alone = histogram(array, -6.0, 6.0)
    with nd.threads(2):
        np.testing.assert_array_equal(histogram(array, -6.0, 6.0), alone)


def test_the_entropy_of_known_spreads():
    assert entropy(np.linspace(0, 1, 6400)) == pytest.approx(6, abs=1e-3)  # all bins alike
    assert entropy(np.full(10, 2.5, np.float32)) == 0
    assert entropy(np.array([0.0, 0.0, 0.0, 1.0])) == pytest.approx(
        -(0.75 * log2(0.75) + 0.25 * log2(0.25))
    )


def test_the_entropy_of_complex_values_is_their_magnitudes():
    assert entropy(np.array([0, 1j, -1, 2j], np.complex64)) == 1.5


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_has_no_range_has_no_entropy(bad):
    assert isnan(entropy(np.array([0.0, bad], np.float32)))
