"""The law of single-precision normal numbers, in the middle and far out."""

from __future__ import annotations

from math import erfc, sqrt

import numpy as np
import pytest

from initlab.errors import BadValueError
from initlab.init import ParameterSpec, TruncatedGaussian, TruncatedNormal
from initlab.nd.random import box_muller as module
from initlab.nd.random import stream
from initlab.nd.random.box_muller import box_muller
from initlab.nd.random.single import SingleGenerator

N = 2**22
by_both = pytest.mark.parametrize("enough", [np.inf, pytest.param(0, marks=pytest.mark.fast)])


class Words(np.random.Generator):
    """Chosen raw words, of which the first halves are radii, and the last angles."""

    def __init__(self, words):
        super().__init__(np.random.PCG64(0))
        self.words = words

    def integers(self, *_args, **_kwargs):
        return self.words


def test_every_decile_has_its_share():
    drawn = stream(0, "w").standard_normal(N, dtype=np.float32)
    edges = [0.1257, 0.2533, 0.3853, 0.5244, 0.6745, 0.8416, 1.0364, 1.2816, 1.6449]
    for z in (*edges, 2.0, 3.0, 4.0, 4.5):
        share = erfc(z / sqrt(2))
        error = sqrt(share * (1 - share) / N)
        assert abs((np.abs(drawn) > z).mean() - share) < 5 * error, z
    assert abs((drawn > 0).mean() - 0.5) < 5 * 0.5 / sqrt(N)


def test_both_numbers_of_a_pair_are_uncorrelated_and_so_are_their_squares():
    drawn = stream(1, "w").standard_normal(2**16, dtype=np.float32).reshape(2, -1)
    for a, b in (drawn, drawn**2):
        assert abs(np.corrcoef(a, b)[0, 1]) < 5 / sqrt(a.size)


def test_few_bits_of_a_radius_get_more_and_the_tail_is_an_exponentials():
    pairs = 2**14
    words = np.arange(pairs, dtype=np.uint64) % 2**8  # below it a radius is drawn again
    out = np.empty(2 * pairs, np.float32)
    box_muller(Words(words), out)
    x, y = out.astype(np.float64).reshape(2, -1)
    beyond = (x**2 + y**2) / 2 + np.log(2.0**-24)
    assert beyond.min() > -1e-5
    for z in (0.1, 0.5, 1.0, 2.0, 4.0):
        share = np.exp(-z)
        assert abs((beyond > z).mean() - share) < 5 * sqrt(share * (1 - share) / pairs), z
    turns = np.arctan2(y, x) / (2 * np.pi)
    for k in (1, 2, 3):
        assert abs(np.exp(2j * np.pi * k * turns).mean()) < 5 / sqrt(pairs), k


def test_a_radius_of_enough_bits_is_drawn_once():
    out = np.empty(2, np.float32)
    box_muller(Words(np.array([2**8], np.uint64)), out)  # the angle is 0
    np.testing.assert_allclose(out, [sqrt(-2 * np.log(2.0**-24)), 0], rtol=1e-6)


@by_both
@pytest.mark.parametrize("size", [2**16 + 1, 2**17 + 3])
@pytest.mark.parametrize("rare", [2**24, 2**32 - 1])
def test_rare_pairs_of_a_large_fill_are_drawn_again_and_nothing_beside_it(
    monkeypatch, enough, size, rare
):
    monkeypatch.setattr(module, "ENOUGH", enough)
    monkeypatch.setattr(module, "RARE", rare)
    memory = np.full(size + 2, 7.0, np.float32)
    box_muller(SingleGenerator(np.random.SFC64(3)), memory[1:-1], 0.5)
    assert np.isfinite(memory).all()
    assert memory[0] == memory[-1] == 7


@by_both
@pytest.mark.parametrize(("seed", "which"), [(0, 0), (1, 1)])
def test_one_rare_pair_is_drawn_again_in_either_stream_of_radii(monkeypatch, enough, seed, which):
    pairs = 2**17
    states, least = np.random.SFC64(seed).random_raw(16).reshape(4, 4), []
    for state in states[:2]:
        stream = np.random.SFC64(0)
        stream.state = stream.state | {"state": {"state": state}}
        halves = stream.random_raw(pairs // 4).view(np.uint32)
        least.append((halves.min(), halves.argmin()))
    assert least[which] < least[1 - which]
    place = which * pairs // 2 + least[which][1]
    drawn = []
    for rare in (0, least[which][0] + 1):
        monkeypatch.setattr(module, "ENOUGH", enough)
        monkeypatch.setattr(module, "RARE", rare)
        out = np.empty(2 * pairs, np.float32)
        box_muller(SingleGenerator(np.random.SFC64(seed)), out)
        drawn.append(out.reshape(2, pairs))
    assert np.isfinite(drawn).all()
    other = np.arange(pairs) != place
    np.testing.assert_array_equal(drawn[0][:, other], drawn[1][:, other])
    assert (drawn[0][:, ~other] != drawn[1][:, ~other]).all()
    assert np.hypot(*drawn[1][:, ~other]) > np.sqrt(-2 * np.log((least[which][0] + 1) / 2**32))


def test_an_odd_number_of_numbers_is_drawn():
    drawn = stream(0, "w").standard_normal(2**16 + 3, dtype=np.float32)
    assert np.isfinite(drawn).all()
    assert SingleGenerator(np.random.PCG64(0)).standard_normal(1, dtype=np.float32).shape == (1,)


@pytest.mark.parametrize(("low", "high"), [(-2, 2), (-1, 3), (0, 1), (-0.5, np.inf), (1.5, 2.5)])
def test_a_cut_laws_moments_are_the_integrals(low, high):
    z = np.linspace(low, min(high, 12), 400_001)
    weight = np.exp(-(z**2) / 2)
    weight /= np.trapezoid(weight, z)
    mean = np.trapezoid(z * weight, z)
    moments = [np.trapezoid((z - mean) ** k * weight, z) for k in (2, 4)]
    law = TruncatedGaussian(1.0, low, high).law
    assert law.mean == pytest.approx(mean, abs=1e-9)
    assert law.variance == pytest.approx(moments[0], rel=1e-8)
    assert law.kurtosis == pytest.approx(moments[1] / moments[0] ** 2, rel=1e-8)


def test_absolute_bounds_cut_nothing_from_a_narrow_law():
    law = TruncatedNormal(0.02, bounds="absolute").law(ParameterSpec((3, 3)))
    assert law.variance == pytest.approx(0.02**2, rel=1e-12)


def test_bounds_that_leave_next_to_nothing_are_refused():
    with pytest.raises(BadValueError, match=r"keeps .* of its mass; at least 0\.01 must stay"):
        TruncatedNormal(1.0, low=5.0, high=6.0)
    with pytest.raises(BadValueError, match=r"low must be below high, got 2\.0 and 1\.0"):
        TruncatedNormal(1.0, low=2.0, high=1.0)
