from __future__ import annotations

import copy
import os
import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from initlab.errors import BadTypeError, BadValueError
from initlab.nd.random import BLOCK, Stream, Streams, cores, stream
from initlab.nd.random.blocks import fill_blocks
from initlab.nd.random.laws import normal_into, truncated_into, uniform_into
from initlab.nd.random.single import SingleGenerator

LARGE = 5 * BLOCK + 17
LAWS = {
    "random": lambda s, n: s.random(n, dtype=np.float32),
    "standard_normal": lambda s, n: s.standard_normal(n, dtype=np.float32),
    "uniform": lambda s, n: s.uniform(-2, 5, n),
    "normal": lambda s, n: s.normal(3, 2, n),
}


def key():
    return np.random.SeedSequence(5)


@pytest.mark.parametrize(
    "draw", [uniform_into, normal_into, partial(truncated_into, low=-2.0, high=2.0)]
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_fill_has_the_same_bits_whatever_the_number_of_threads(draw, dtype):
    fills = [fill_blocks(np.empty(LARGE, dtype), draw, key(), threads) for threads in (1, 2, 3, 50)]
    for other in fills[1:]:
        np.testing.assert_array_equal(fills[0], other)


def test_a_fill_is_its_blocks_each_from_a_child_of_the_key():
    filled = fill_blocks(np.empty(BLOCK + 3), normal_into, key())
    last = np.random.SeedSequence(5, spawn_key=(1,))
    expected = SingleGenerator(np.random.SFC64(last)).standard_normal(3)
    np.testing.assert_array_equal(filled[BLOCK:], expected)


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize(
    "draw", [normal_into, uniform_into, partial(truncated_into, low=-2, high=2)]
)
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_fill_takes_less_than_a_block_a_thread_beside_the_array(draw, threads, dtype):
    target = np.empty(6 * BLOCK, dtype)
    tracemalloc.start()
    try:
        fill_blocks(target, draw, key(), threads)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < threads * BLOCK * target.itemsize


@pytest.mark.parametrize("pairs", [3, 2**15, 2**15 + 1, 2**16 + 3, 2**18])
def test_normal_numbers_are_box_and_mullers_of_the_streams_words(pairs):
    drawn = SingleGenerator(np.random.SFC64(7)).standard_normal(2 * pairs, dtype=np.float32)
    rng = np.random.SFC64(7)
    if pairs <= 2**15:
        halves = rng.random_raw(pairs).view(np.uint32)
        few, turns = halves[:pairs], halves[pairs:]
    else:
        part = -(-pairs // 2)
        streams = [_words_of(state, part) for state in rng.random_raw(16).reshape(4, 4)]
        few, turns = (np.concatenate(streams[k : k + 2])[:pairs] for k in (0, 2))
    radius = np.sqrt(-2 * np.log(few * 2.0**-32))
    angle = turns.view(np.int32) * (np.pi * 2.0**-31)
    expected = np.concatenate([radius * np.cos(angle), radius * np.sin(angle)])
    # a float32 near 1 has a logarithm that is off by 2^-24, its root by 2^-12
    np.testing.assert_allclose(drawn, expected, rtol=1e-4, atol=5e-4)


def _words_of(state, count):
    """Return so many halves of words of SFC64, as its author wrote it down."""
    a, b, c, number = (int(word) for word in state)
    words = []
    for _ in range(-(-count // 2)):
        word = (a + b + number) % 2**64
        rotated = (c << 24 | c >> 40) % 2**64
        a, b, c, number = b ^ b >> 11, c * 9 % 2**64, (rotated + word) % 2**64, number + 1
        words.append(word)
    return np.array(words, np.uint64).view(np.uint32)[:count]


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("size", [100, BLOCK + 1])
def test_a_std_of_any_type_gives_the_same_bits(kind, size):
    first, second = (
        stream(0, "w").fill(np.empty(size, np.float32), partial(normal_into, std=std))
        for std in (kind(0.02), 0.02)
    )
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_no_numbers_are_drawn_where_none_are_asked_for(dtype):
    assert stream(0, "w").standard_normal((0, 3), dtype=dtype).shape == (0, 3)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_a_stream_draws_the_same_on_one_core_as_on_all():
    everywhere = os.sched_getaffinity(0)
    many = stream(0, "w").standard_normal(LARGE)
    try:
        os.sched_setaffinity(0, {min(everywhere)})
        assert cores() == 1
        one = stream(0, "w").standard_normal(LARGE)
    finally:
        os.sched_setaffinity(0, everywhere)
    np.testing.assert_array_equal(many, one)


def test_streams_drawn_in_threads_of_their_own_are_those_drawn_in_turn():
    paths = [f"{i}.weight" for i in range(6)]
    turn = [stream(1, path).standard_normal(LARGE) for path in paths]
    with ThreadPoolExecutor(6) as pool:
        together = pool.map(lambda path: stream(1, path).standard_normal(LARGE), reversed(paths))
    for a, b in zip(reversed(turn), together, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("size", [BLOCK, BLOCK + 1], ids=["small", "large"])
def test_equal_seed_and_path_give_equal_bits_and_any_other_give_others(law, size):
    drawn = LAWS[law](stream(3, "a.weight"), size)
    np.testing.assert_array_equal(drawn, LAWS[law](stream(3, "a.weight"), size))
    for seed, path in ((4, "a.weight"), (3, "a.bias"), (3, "a.weight2"), (0, "3:a.weight")):
        assert np.mean(drawn == LAWS[law](stream(seed, path), size)) < 0.01


@pytest.mark.parametrize("law", LAWS)
def test_two_large_fills_of_one_stream_differ_and_so_do_their_blocks(law):
    one = stream(0, "w")
    first, second = LAWS[law](one, 2 * BLOCK), LAWS[law](one, 2 * BLOCK)
    parts = [*np.split(first, 2), *np.split(second, 2)]
    for i, a in enumerate(parts):
        for b in parts[:i]:
            assert abs(np.corrcoef(a, b)[0, 1]) < 5 / BLOCK**0.5  # 5 standard errors


MOMENTS = {  # mean, variance, kurtosis of the law
    "random": (1 / 2, 1 / 12, 1.8),
    "standard_normal": (0, 1, 3),
    "uniform": (1.5, 49 / 12, 1.8),
    "normal": (3, 4, 3),
}


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("size", [BLOCK, 4 * BLOCK + 1], ids=["small", "large"])
def test_mean_and_variance_are_the_laws_within_five_standard_errors(law, size):
    mean, variance, kurtosis = MOMENTS[law]
    drawn = LAWS[law](stream(11, law), size).astype(np.float64)
    assert abs(drawn.mean() - mean) < 5 * (variance / size) ** 0.5
    assert abs(drawn.var() - variance) < 5 * variance * ((kurtosis - 1) / size) ** 0.5


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_large_fill_keeps_shape_and_dtype_and_fills_out(dtype):
    assert stream(0, "w").random((300, 2, 200), dtype=dtype).dtype == dtype
    out = np.zeros((300, 400), dtype)
    assert stream(0, "w").random(dtype=dtype, out=out) is out
    np.testing.assert_array_equal(out, stream(0, "w").random((300, 400), dtype=dtype))
    np.testing.assert_array_equal(
        out, stream(0, "w").random((300, 400), dtype=dtype, out=np.empty_like(out))
    )


def test_numpys_own_refusals_stand_for_large_fills_too():
    with pytest.raises(TypeError, match="float16"):
        stream(0, "w").random(LARGE, dtype=np.float16)
    with pytest.raises(ValueError, match="contiguous"):
        stream(0, "w").random(out=np.empty((600, 800))[:, ::2])
    with pytest.raises(ValueError, match="size must match out"):
        stream(0, "w").random(7, out=np.empty(LARGE))
    with pytest.raises(ValueError, match="scale < 0"):
        stream(0, "w").normal(0, -1, LARGE)


def test_arrays_as_bounds_are_numpys_to_answer():
    drawn = stream(0, "w").uniform([0, 10], [1, 11], (LARGE, 2))
    assert drawn[:, 0].max() < 1 < 10 <= drawn[:, 1].min()
    assert stream(0, "w").normal(np.zeros(3), size=(LARGE, 3)).shape == (LARGE, 3)


def test_a_stream_is_a_generator_and_survives_pickle_copy_and_spawn():
    s = stream(0, "w")
    s.random(3)
    expected = copy.deepcopy(s).standard_normal(LARGE)
    assert isinstance(s, np.random.Generator)
    for twin in (pickle.loads(pickle.dumps(s)), copy.deepcopy(s)):
        assert type(twin) is Stream
        np.testing.assert_array_equal(twin.standard_normal(LARGE), expected)
    assert type(s.spawn(1)[0]) is Stream


def test_a_source_hands_out_the_stream_of_seed_and_path():
    assert Streams(7).stream("a").random() == stream(7, "a").random()
    assert Streams(7) == Streams(seed=7) != Streams()


def test_seeds_may_be_any_size_and_of_any_integer_type():
    assert stream(np.int64(3), "a").random() == stream(3, "a").random()
    assert stream(2**100, "a").random() != stream(2**100 + 1, "a").random()


def test_a_negative_seed_is_refused():
    with pytest.raises(BadValueError, match=r"A seed is zero or positive, got -1\."):
        Streams(-1)


def test_a_seed_that_is_no_integer_is_refused():
    with pytest.raises(BadTypeError, match=r"A seed is an integer, got 1\.5 of type float\."):
        stream(1.5, "w")
