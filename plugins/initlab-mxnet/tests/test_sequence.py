"""MXNet's numbers to the bit, against what MXNet 1.9.1 printed and the standard of C++."""

from __future__ import annotations

import copy
import hashlib
import pickle

import numpy as np
import pytest
from initlab_mxnet.engines import Engines, slices
from initlab_mxnet.logarithm import logf
from initlab_mxnet.sequence import Sequence
from recorded import RECORDED

from initlab.errors import BadTypeError

DRAWS = [line.split() for line in RECORDED.split("\n") if line]
LAWS = {"uniform": "random", "normal": "standard_normal"}


def sequence(seed=0):
    return Sequence(Engines(seed))


@pytest.mark.parametrize("seed", sorted({draw[0] for draw in DRAWS}, key=int))
def test_successive_draws_of_all_sizes_are_mxnets_to_the_bit(seed):
    rng = sequence(int(seed))
    drawn = [
        (law, size, hashlib.sha256(getattr(rng, LAWS[law])(int(size), np.float32)).hexdigest()[:16])
        for of, law, size, _ in DRAWS
        if of == seed
    ]
    assert drawn == [(law, size, digest) for of, law, size, digest in DRAWS if of == seed]


def test_double_precision_takes_two_words_a_number():
    rng = sequence(3)
    uniform, normal = rng.random(5), rng.standard_normal(5)
    # MXNet 1.9.1: mx.random.seed(3), then uniform and normal of shape 5 and dtype 'float64'
    expected = [0.4216575202497892, 0.32752714199977717, 0.2521881615426395, 0.3008039206111875]
    assert uniform.tolist() == [*expected, 0.1490779650235936]
    expected = [0.7912863256088969, 0.8941801884983556, -0.38847348478278265, 0.32930103462426363]
    # the C library's log may differ between platforms by one unit in the last place
    np.testing.assert_allclose(normal, [*expected, 0.028029800151584645], rtol=1e-15)
    following = np.array([0.3667246401309967, 0.09491172432899475, 0.0025065429508686066])
    assert rng.random(3, np.float32).tolist() == following.tolist()


def test_integers_are_mxnets():
    rng = sequence(3)
    # MXNet 1.9.1: mx.random.seed(3), then randint(-3, 17), (0, 2**40, dtype='int64'), (-3, 0)
    drawn = rng.integers(-3, 17, 300, np.int32)
    assert (drawn.dtype, drawn[:8].tolist()) == (np.int32, [16, 8, 11, 10, -3, 8, 6, 16])
    assert hashlib.sha256(drawn).hexdigest()[:16] == "b97631ed39130e8b"
    assert rng.integers(2**40, size=3).tolist() == [363845869074, 586224266709, 210830110529]
    assert rng.integers(-3, -1, 8, endpoint=True, dtype=np.int32).tolist() == [-1, -1, *[-2] * 6]


def test_other_integers_are_numpys():
    expected = np.random.Generator(Engines(5).bits).integers(0, [2, 9], dtype=np.uint8)
    np.testing.assert_array_equal(sequence(5).integers(0, [2, 9], dtype=np.uint8), expected)
    with pytest.raises(ValueError, match="low >= high"):
        sequence().integers(3, 3)
    assert isinstance(sequence().integers(9), np.int64)


def test_an_engine_is_the_mersenne_twister_of_the_c_plus_plus_standard():
    seeded_by_default = 5489 - 127 * 43
    assert Engines(43).words(seeded_by_default, 10_000)[-1] == 4123659995  # [rand.predef]


@pytest.mark.parametrize("size", [1, 2, 64, 65, 1000, 65_536, 65_537, 1_000_000])
def test_slices_cover_an_array_in_order_and_use_no_more_engines_than_there_are(size):
    engines, parts = zip(*slices(size), strict=True)
    assert len(engines) <= min(1024, -(-size // 64))
    assert list(engines) == sorted(set(engines))
    assert [part.start for part in parts] == [0, *(part.stop for part in parts[:-1])]
    assert parts[-1].stop == size


def test_no_number_takes_no_engine():
    assert list(slices(0)) == []
    assert sequence().random(0).shape == (0,)


def test_the_largest_words_stay_below_one(monkeypatch):
    rng = sequence()
    monkeypatch.setattr(
        rng._engines, "words", lambda number, count: np.full(count, 2**32 - 1, np.uint32)
    )
    assert rng.random(1, np.float32)[0] == np.float32(1 - 2**-24)
    assert rng.random(1)[0] == 1 - 2**-53


def test_logf_is_as_good_as_the_c_librarys():
    rng = np.random.default_rng(0)
    x = np.concatenate([rng.random(100_000, np.float32), np.float32(2.0) ** -np.arange(0, 126)])
    x = x[x > 0].astype(np.float32)
    exact = np.log(x.astype(np.float64))
    unit = np.spacing(np.abs(exact).astype(np.float32)).astype(np.float64)
    assert (np.abs(logf(x) - exact) / unit).max() < 0.818  # units in the last place, as documented


def test_scalars_output_arrays_and_shapes_are_numpys():
    assert sequence().random() == sequence().random(1)[0]
    assert isinstance(sequence().standard_normal(), float)
    for out in (np.empty((4, 3), np.float32)[:, ::2], np.empty((4, 2), np.float32)):
        assert sequence().random(dtype=np.float32, out=out) is out
        np.testing.assert_array_equal(out, sequence().random((4, 2), np.float32))


def test_uniform_and_normal_are_shifted_and_scaled_draws():
    np.testing.assert_array_equal(sequence().uniform(-1, 3, 9), -1 + 4 * sequence().random(9))
    np.testing.assert_array_equal(sequence().normal(1, 2, 9), 1 + 2 * sequence().standard_normal(9))
    assert sequence().uniform(np.zeros((2, 1)), np.ones(3)).shape == (2, 3)
    assert isinstance(sequence().normal(), float)


def test_numpys_other_laws_draw_from_the_first_engine():
    expected = np.random.Generator(Engines(5).bits).permutation(9)
    rng = sequence(5)
    np.testing.assert_array_equal(rng.permutation(9), expected)
    assert rng.random(dtype=np.float32) != sequence(5).random(dtype=np.float32)


def test_a_copy_goes_on_where_the_original_stands():
    rng = sequence(2)
    rng.random(100, np.float32)
    for twin in (copy.deepcopy(rng), pickle.loads(pickle.dumps(rng))):
        before = copy.deepcopy(rng).standard_normal(100, np.float32)
        np.testing.assert_array_equal(twin.standard_normal(100, np.float32), before)


def test_other_precisions_are_refused():
    with pytest.raises(BadTypeError, match="Only float32 and float64 are drawn, got dtype float16"):
        sequence().random(3, np.float16)
    with pytest.raises(BadTypeError, match="out has dtype float32, but float64 is to be drawn"):
        sequence().random(out=np.empty(3, np.float32))
