"""Compiled kernels against NumPy's form of the same, there and back."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import autograd, nd
from initlab.nd import compiled as room
from initlab.nd.compiled import LARGE, compiled

UNIT = float(np.finfo(np.float32).eps)


def test_small_arrays_other_precisions_and_arrays_with_gaps_stay_with_numpy():
    large = np.zeros((2, LARGE), np.float32)
    assert compiled("gelu", large[0, :-1]) is None
    assert compiled("gelu", large.astype(float)) is None
    assert compiled("gelu", large[:, ::2]) is None
    assert compiled("layer_norm", large, np.ones(LARGE)) is None
    large.flags.writeable = False  # as of a file in memory
    assert compiled("gelu", large) is None


def test_without_numba_all_stay_with_numpy(monkeypatch):
    monkeypatch.setattr(room, "installed", lambda: False)
    assert compiled("gelu", np.zeros(LARGE, np.float32)) is None


@pytest.fixture(params=[1, 2])
def both_ways(monkeypatch, request):
    """Return what runs a function of tensors compiled and by NumPy: value and gradients of each."""

    def run(fn, *arrays):
        found = []
        for here in (True, False):
            monkeypatch.setattr(room, "installed", lambda here=here: here)
            tensors = [autograd.Tensor(a.copy()) for a in arrays]
            for tensor in tensors:
                tensor.attach_grad()
            with nd.threads(request.param), autograd.record():
                y = fn(*tensors)
            y.backward(_draw(9, y.shape))
            found.append([y.array, *(tensor.grad.array for tensor in tensors)])
        return zip(*found, strict=True)

    return run


def _draw(seed, shape, scale=1.0):
    return (np.random.default_rng(seed).standard_normal(shape) * scale).astype(np.float32)


def _agree(pairs, units):
    """Both are the same to so many units of rounding of the largest."""
    for ours, theirs in pairs:
        assert np.abs(ours - theirs).max() <= units * UNIT * np.abs(theirs).max()


@pytest.mark.fast
def test_gelu(both_ways):
    _agree(both_ways(nd.gelu, _draw(0, (300, 777), 3)), 3)


@pytest.mark.fast
def test_layer_norm(both_ways):
    x, gamma, beta = _draw(0, (700, 130), 3) + 1, _draw(1, 130), _draw(2, 130)
    _agree(both_ways(nd.layer_norm, x, gamma, beta), 16)


@pytest.mark.fast
def test_lstm(both_ways):
    x, h, c = _draw(0, (9, 32, 20)), _draw(1, (32, 64)), _draw(2, (32, 64))
    Wx, Wh, b = _draw(3, (256, 20), 0.3), _draw(4, (256, 64), 0.2), _draw(5, 256)
    _agree(both_ways(lambda *args: nd.lstm_steps(*args)[0], x, h, c, Wx, Wh, b), 16)


@pytest.mark.fast
def test_the_exponential_and_the_tangent_are_within_three_units_and_end_as_they_should():
    from numba import vectorize

    from initlab.nd.compiled.exponential import exp, tanh

    e, t = (vectorize(["float32(float32)"])(fn.py_func) for fn in (exp, tanh))
    x = np.linspace(-87, 88, 1_000_001).astype(np.float32)
    assert np.abs(e(x) / np.exp(x.astype(float)) - 1).max() < 2 * UNIT
    near = x / 10
    exact = np.tanh(near.astype(float))
    assert (np.abs(t(near) - exact) / np.maximum(np.abs(exact), 1e-30)).max() < 3 * UNIT
    with np.errstate(all="ignore"):
        ends = e(np.array([-np.inf, -88, 0, 89, np.inf, np.nan], np.float32))
        sides = t(np.array([-np.inf, 0, np.inf, np.nan], np.float32))
    np.testing.assert_array_equal(ends, [0, 0, 1, np.inf, np.inf, np.nan])
    np.testing.assert_array_equal(sides, [-1, 0, 1, np.nan])


@pytest.mark.fast
def test_what_is_not_a_number_stays_none(both_ways):
    x = _draw(0, (400, 333), 4)
    x[3, 5] = np.nan
    one = np.ones(333, np.float32)
    for fn in (nd.gelu, lambda z: nd.layer_norm(z, one, one)):
        for ours, theirs in both_ways(fn, x):
            np.testing.assert_array_equal(np.isnan(ours), np.isnan(theirs))


@pytest.mark.fast
def test_layer_norm_of_columns_side_by_side(both_ways):
    one = np.ones(300, np.float32)
    weigh = _draw(3, (300, 300))

    def fn(x):
        return nd.layer_norm(x.T, one, one) * weigh  # NumPy's form there, an array for ours back

    _agree(both_ways(fn, _draw(0, (300, 300))), 64)


@pytest.mark.fast
@pytest.mark.parametrize("middle", [0.0, 1.5])
@pytest.mark.parametrize("size", [LARGE, LARGE + 1, 3 * LARGE - 5])
def test_the_moments_of_each_piece(size, middle):
    kernels, piece = compiled("statistics", np.ones(LARGE, np.float32)), 4096
    x = _draw(6, size, 2)
    x[::97], x[1::997] = 0, -0.0
    found = kernels.sums(x, middle, piece)
    assert len(found) == -(-size // piece)
    for i, (total, squares, low, high, zeros) in enumerate(found):
        part = x[i * piece : (i + 1) * piece]
        wide = part.astype(np.float64) - middle
        assert total == pytest.approx(wide.sum(), rel=1e-13, abs=1e-10)
        assert squares == pytest.approx(np.square(wide).sum(), rel=1e-13)
        assert (low, high, zeros) == (part.min(), part.max(), np.count_nonzero(part == 0))


@pytest.mark.fast
@pytest.mark.parametrize("odd", [np.inf, -np.inf, np.nan, -np.nan, 1e-45, -1e-45])
def test_what_is_least_and_largest_beside_odd_numbers(odd):
    kernels = compiled("statistics", np.ones(LARGE, np.float32))
    for rest in (np.ones(100, np.float32), -np.ones(100, np.float32)):
        x = rest.copy()
        x[40] = odd
        ((_, _, low, high, zeros),) = kernels.sums(x, 0.0, 100)
        np.testing.assert_array_equal([low, high, zeros], [x.min(), x.max(), 0])


@pytest.mark.fast
@pytest.mark.parametrize("size", [0, 1, 2, 8191, 8192, 8193, 3 * LARGE - 5])
def test_counts_of_places(size):
    kernels, rng = compiled("statistics", np.ones(LARGE, np.float32)), np.random.default_rng(size)
    places = rng.integers(-2, 67, size)  # some outside
    x = ((places + 0.5) / 4 - 3).astype(np.float32)
    found = kernels.counts(x, np.float32(-3), np.float32(4))
    expected = np.bincount(np.clip(places, 0, 63), minlength=64)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.fast
def test_where_nothing_can_be_kept_kernels_are_compiled_anew(monkeypatch):
    from numba import njit

    from initlab.nd.compiled import exponential

    def unable(*signature, cache=False, **options):
        if cache:
            return lambda _: (_ for _ in ()).throw(RuntimeError("no locator available"))
        return njit(*signature, **options)

    monkeypatch.setattr(exponential, "njit", unable)

    @exponential.kernel(exponential.VECTOR)
    def double(x):
        for i in range(len(x)):
            x[i] *= 2

    x = np.ones(3, np.float32)
    double(x)
    assert list(x) == [2, 2, 2]
