from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import nd, nn
from initlab.autograd import check_gradients, record
from initlab.errors import BadTypeError, BadValueError


@pytest.fixture
def layer():
    made = nn.Embedding(5, 3)
    made.initialize()
    made.weight.set_data(np.arange(15).reshape(5, 3))
    return made


TABLE = np.arange(15.0).reshape(5, 3)


@pytest.mark.parametrize("numbers", [[4, 0, 4], [[1, 2], [3, 4]], 2, []])
def test_it_returns_the_rows_of_the_numbers(layer, numbers):
    rows = np.asarray(numbers, int)
    assert_array_equal(layer(rows), TABLE[rows])
    assert layer(rows).shape == (*rows.shape, 3)


def test_whole_numbers_may_come_as_floats_or_tensors(layer):
    assert_array_equal(layer(nd.array([4, 1])), TABLE[[4, 1]])


def test_the_gradient_adds_up_over_repeated_numbers(layer):
    with record():
        y = layer([1, 3, 1]) * np.array([[1], [10], [100]], "float32")
    y.backward()
    expected = np.zeros((5, 3))
    expected[1], expected[3] = 101, 10
    assert_array_equal(layer.weight.grad(), expected)


def test_the_gradient_is_that_of_central_differences():
    check_gradients(lambda w: np.tanh(nd.take(w, [2, 0, 2], axis=0)), TABLE / 10)


@pytest.mark.parametrize(
    ("numbers", "bad"), [([0, 7], "7"), ([-1, 0], "-1"), ([5], "5"), ([1.5], "1.5"), ([-0.5], "-0")]
)
def test_a_number_that_no_row_has_is_refused_not_clipped(layer, numbers, bad):
    with pytest.raises(
        BadValueError, match=rf"{layer.name} has rows 0 to 4, got {bad}.*larger input_dim, or look"
    ):
        layer(numbers)


def test_a_number_that_is_none_is_refused(layer):
    with pytest.raises(BadValueError, match=r"has rows 0 to 4, got nan\."):
        layer(nd.array([0, np.nan]))


def test_the_tables_role_and_fans_are_an_embeddings():
    spec = nn.Embedding(500, 32).weight.spec
    assert (spec.role, spec.fan_in, spec.fan_out) == ("embedding", 500, 32)


def test_it_prints_as_gluon_prints_it():
    assert repr(nn.Embedding(5, 3)) == "Embedding(5 -> 3, float32)"


@pytest.mark.parametrize("sizes", [(0, 3), (5, -1)])
def test_sizes_that_are_not_positive_are_refused(sizes):
    with pytest.raises(
        BadValueError,
        match=rf"sizes of at least 1, got input_dim={sizes[0]}, output_dim={sizes[1]}\.",
    ):
        nn.Embedding(*sizes)


def test_one_row_of_one_value_is_a_table():
    assert nn.Embedding(1, 1).weight.shape == (1, 1)


def test_sizes_are_whole_numbers():
    with pytest.raises(BadTypeError, match=r"must be whole numbers, got \(5, 2\.5\)"):
        nn.Embedding(5, 2.5)
