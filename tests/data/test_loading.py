from __future__ import annotations

import hashlib
from dataclasses import replace

import numpy as np
import pytest

from initlab.data import Digits, Spirals, Teacher, batches, first_batch
from initlab.errors import BadValueError
from initlab.nd.random import Streams

DATASETS = [Digits(), Teacher(outputs=3, samples=200, noise=0.1), Spirals(outputs=3, samples=200)]
ARRAYS = ("train_x", "train_y", "test_x", "test_y")


class Diary:
    """A random source that notes which streams are asked for."""

    name = "diary"

    def __init__(self):
        self.paths = []

    def stream(self, path):
        self.paths.append(path)
        return np.random.default_rng(0)


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: type(dataset).__name__)
def test_equal_seeds_give_equal_bits_and_other_seeds_others(dataset):
    first, again, other = (dataset.load(Streams(seed)) for seed in (1, 1, 2))
    for name in ARRAYS:
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    assert first.digest == again.digest != other.digest


@pytest.mark.parametrize("dataset", DATASETS, ids=lambda dataset: type(dataset).__name__)
def test_inputs_are_float32_of_the_example_s_shape_and_parted_by_the_share(dataset):
    data = replace(dataset, test_share=0.25).load(Streams(0))
    samples = len(data.train_x) + len(data.test_x)
    assert len(data.test_x) == round(0.25 * samples) == len(data.test_y)
    assert data.train_x.shape[1:] == data.test_x.shape[1:] == dataset.input_shape
    assert data.train_x.dtype == data.test_x.dtype == np.float32
    assert data.task is dataset.task


@pytest.mark.parametrize(("dataset", "dtype"), list(zip(DATASETS, ("i8", "f4", "i8"), strict=True)))
def test_labels_are_int64_below_outputs_and_targets_float32_with_outputs_columns(dataset, dtype):
    y = dataset.load(Streams(0)).train_y
    assert y.dtype == dtype
    if dtype == "i8":
        assert np.unique(y).tolist() == list(range(dataset.outputs))
    else:
        assert y.shape[1:] == (dataset.outputs,)


@pytest.mark.parametrize(
    ("dataset", "own"),
    list(zip(DATASETS, ([], ["inputs", "noise", "teacher"], ["spirals"]), strict=True)),
)
def test_each_purpose_has_a_stream_of_its_own(dataset, own):
    diary = Diary()
    dataset.load(diary)
    assert sorted(diary.paths) == sorted(f"data/{path}" for path in [*own, "split"])


def test_every_sample_is_in_exactly_one_batch_of_an_epoch_with_its_label():
    x = np.arange(10.0)
    parts = list(batches(x, -x, 4, Streams(0), epoch=0))
    assert [len(part) for part, _ in parts] == [4, 4, 2]
    assert sorted(np.concatenate([part for part, _ in parts])) == x.tolist()
    for part, labels in parts:
        np.testing.assert_array_equal(labels, -part)


def test_each_epoch_has_an_order_of_its_own_from_its_own_stream():
    x = np.arange(50)
    orders = [next(batches(x, x, 50, Streams(3), epoch))[0] for epoch in (0, 1, 0)]
    assert orders[0].tolist() == orders[2].tolist() != orders[1].tolist()
    expected = Streams(3).stream("data/order/1").permutation(50)
    np.testing.assert_array_equal(orders[1], expected)


def test_a_batch_without_samples_is_refused():
    with pytest.raises(BadValueError, match=r"batches: size must be at least 1, got 0\."):
        next(batches(np.zeros(3), np.zeros(3), 0, Streams(0), 0))


def test_the_first_batch_is_the_first_training_samples_in_their_order():
    data = Spirals().load(Streams(0))
    x, y = first_batch(data, 5)
    np.testing.assert_array_equal(x, data.train_x[:5])
    np.testing.assert_array_equal(y, data.train_y[:5])


def test_the_digest_is_sha256_of_the_training_arrays_and_sees_their_shape():
    data = Spirals(samples=10).load(Streams(0))
    x, y = data.train_x, data.train_y
    told = b"<f4(8, 2)" + x.tobytes() + b"<i8(8,)" + y.tobytes()
    assert data.digest == hashlib.sha256(told).hexdigest()
    assert replace(data, train_x=x.reshape(4, 4)).digest != data.digest
    assert replace(data, test_x=x).digest == data.digest


def test_the_digest_of_arrays_that_do_not_lie_in_order_is_that_of_their_values():
    data = Spirals(samples=10).load(Streams(0))
    fortran = replace(data, train_x=np.asfortranarray(data.train_x))
    assert fortran.digest == data.digest


def test_loaded_data_say_what_they_are_without_printing_arrays():
    text = repr(Spirals(outputs=4).load(Streams(0)))
    assert "name='spirals', source='4 spiral arms'" in text
    assert "array" not in text


def test_the_test_share_is_rounded_not_cut():
    assert len(Spirals(samples=100, test_share=0.29).load(Streams(0)).test_x) == 29  # 28.999...
