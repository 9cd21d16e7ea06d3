from __future__ import annotations

from threading import Thread

import numpy as np
import pytest

from initlab.autograd import Tensor
from initlab.errors import BadTypeError, BadValueError, ShapeError
from initlab.nd import random


@pytest.fixture(autouse=True)
def fresh():
    random.seed(0)
    yield
    random.seed(0, random.Streams)


class OneSequence:
    """A source as MXNet's: all draws from one generator, in their order."""

    def __init__(self, seed):
        self.only = np.random.default_rng(seed)

    def stream(self, path):
        return self.only


def test_the_process_sequence_starts_anew_with_seed():
    random.seed(5)
    first, second = random.uniform(shape=4), random.uniform(shape=4)
    random.seed(5)
    assert np.array_equal(first.array, random.uniform(shape=4).array)
    assert not np.array_equal(first.array, second.array)


@pytest.mark.parametrize("draw", [random.uniform, random.normal])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_draws_are_tensors_of_the_asked_shape_and_dtype(draw, dtype):
    drawn = draw(shape=(2, 3), dtype=dtype)
    assert type(drawn) is Tensor
    assert (drawn.shape, drawn.dtype) == ((2, 3), np.dtype(dtype))


def test_without_a_shape_there_is_one_number_in_an_axis_as_in_mxnet():
    assert random.uniform().shape == random.normal().shape == random.randint(0, 9).shape == (1,)


@pytest.mark.parametrize("draw", [random.uniform, random.normal])
@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_out_is_filled_in_its_own_precision(draw, dtype):
    out = Tensor(np.zeros((2, 3), dtype))
    assert draw(-1, 2, out=out) is out
    random.seed(0)
    assert np.array_equal(out.array, draw(-1, 2, shape=(2, 3), dtype=dtype).array)
    with pytest.raises(ShapeError, match=r"out has shape \(2, 3\), but \(4,\) is to be drawn"):
        draw(shape=4, out=out)


def test_randint_fills_out_and_randn_takes_its_shape_number_by_number():
    out = Tensor(np.zeros((2, 3), "int64"))
    assert random.randint(5, 6, out=out) is out
    assert np.array_equal(out.array, np.full((2, 3), 5))
    random.seed(0)
    drawn = random.randn(2, 3, loc=1, scale=2)
    random.seed(0)
    assert np.array_equal(drawn.array, random.normal(1, 2, shape=(2, 3)).array)
    assert random.randn().shape == (1,)


def test_moments_and_bounds_are_those_of_the_law_within_five_standard_errors():
    n = 40_000
    u, z = random.uniform(-1, 3, shape=n).array, random.normal(2, 3, shape=n).array
    k = random.randint(-2, 3, shape=n).array
    assert u.min() >= -1
    assert u.max() < 3
    assert abs(u.mean() - 1) < 5 * (16 / 12 / n) ** 0.5
    assert abs(z.mean() - 2) < 5 * 3 / n**0.5
    assert abs(z.var() - 9) < 5 * 9 * (2 / n) ** 0.5
    assert set(k.tolist()) == {-2, -1, 0, 1, 2}
    assert k.dtype == np.int32
    assert abs(k.mean()) < 5 * (2 / n) ** 0.5


def test_within_drawing_from_all_draws_come_from_the_given_generator():
    rng = np.random.default_rng(3)
    with random.drawing_from(rng):
        inside = random.normal(shape=5)
        assert random.generator() is rng
        with random.drawing_from(np.random.default_rng(4)):
            random.normal(shape=5)
        assert random.generator() is rng
    expected = np.random.default_rng(3).standard_normal(5, dtype=np.float32)
    assert np.array_equal(inside.array, expected)


def test_drawing_from_ends_with_an_error_and_leaves_the_process_sequence_alone():
    undisturbed = random.uniform(shape=3).array
    random.seed(0)
    with pytest.raises(KeyError), random.drawing_from(np.random.default_rng(3)):  # noqa: PT012  draws first
        random.uniform(shape=99)
        raise KeyError
    assert np.array_equal(random.uniform(shape=3).array, undisturbed)


def test_drawing_from_holds_in_its_own_thread_only():
    rng, seen = np.random.default_rng(3), []
    with random.drawing_from(rng):
        other = Thread(target=lambda: seen.append(random.generator()))
        other.start()
        other.join()
    assert seen != [rng]


def test_seed_is_the_processs_and_so_holds_in_every_thread():
    random.seed(8)
    expected, seen = random.library_stream("w", 0).random(), []
    other = Thread(target=lambda: seen.append(random.library_stream("w", 0).random()))
    other.start()
    other.join()
    assert seen == [expected]


def test_a_library_stream_depends_on_seed_name_and_draw_alone():
    first = random.library_stream("dense0_weight", 0).random()
    random.uniform(shape=100)
    assert random.library_stream("dense0_weight", 0).random() == first
    assert random.library_stream("dense0_weight", 1).random() != first
    assert random.library_stream("dense1_weight", 0).random() != first
    random.seed(1)
    assert random.library_stream("dense0_weight", 0).random() != first


def test_a_library_stream_is_no_runs_stream():
    assert random.library_stream("w", 0).random() != random.stream(0, "w").random()


def test_a_seed_is_a_whole_number_not_below_zero():
    with pytest.raises(BadValueError, match="zero or positive, got -3"):
        random.seed(-3)
    with pytest.raises(BadTypeError, match="integer, got 'x' of type str"):
        random.seed("x")


def test_a_source_that_seed_puts_in_force_hands_out_all_generators_until_another_one_is():
    random.seed(3, OneSequence)
    drawn = [random.library_stream("w", 0).random(), random.generator().random()]
    assert drawn == np.random.default_rng(3).random(2).tolist()
    random.seed(4)
    assert random.library_stream("w", 0).random() == np.random.default_rng(4).random()
    random.seed(4, random.Streams)
    assert random.library_stream("w", 0).random() == random.stream(4, "library/w/0").random()


def test_a_kind_that_refuses_the_seed_leaves_the_source_in_force():
    random.seed(3, OneSequence)
    with pytest.raises(BadValueError):
        random.seed(-1, random.Streams)
    assert random.generator().random() == np.random.default_rng(3).random()


def test_bounds_are_rounded_to_the_precision_drawn_in():
    random.seed(3, OneSequence)
    low, high = np.float32(-0.3), np.float32(1.7)
    u = np.random.default_rng(3).random(1000, np.float32)
    assert np.array_equal(random.uniform(-0.3, 1.7, shape=1000).array, u * (high - low) + low)
