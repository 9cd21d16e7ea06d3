from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from initlab import nd, nn
from initlab.autograd import predict_mode, record, train_mode
from initlab.errors import BadValueError, ShapeError
from initlab.nd.random import drawing_from, stream


def ones(*shape):
    return nd.array(np.ones(shape))


# ---- Dropout
def test_outside_training_dropout_is_the_identity():
    x = ones(4, 5)
    layer = nn.Dropout(0.9)
    assert_array_equal(layer(x), x)
    with record(train_mode=False):
        assert_array_equal(layer(x), x)
    with train_mode(), predict_mode():
        assert_array_equal(layer(x), x)


def test_in_training_values_are_dropped_or_scaled_up_so_that_the_mean_stays():
    nd.random.seed(0)
    p, n = 0.3, 100_000
    with train_mode():
        y = np.asarray(nn.Dropout(p)(ones(n)))
    assert set(np.unique(y)) == {np.float32(0), np.float32(1 / (1 - p))}
    # each is Bernoulli(1 - p)/(1 - p): variance p/(1 - p)
    assert abs(y.mean() - 1) < 4 * np.sqrt(p / (1 - p) / n)


def test_recording_trains():
    nd.random.seed(0)
    with record():
        assert not np.all(np.asarray(nn.Dropout(0.5)(ones(100))) == 1)


def test_the_gradient_passes_where_the_value_did():
    x = ones(50)
    x.attach_grad()
    nd.random.seed(0)
    with record():
        y = nn.Dropout(0.5)(x)
    y.backward()
    assert_array_equal(x.grad, y)  # y = x m with x = 1, and dy/dx = m


def test_the_seed_repeats_the_choice_and_the_next_call_makes_another():
    layer, choices = nn.Dropout(0.5), []
    for _ in range(2):
        nd.random.seed(5)
        with train_mode():
            choices.append([np.asarray(layer(ones(100))), np.asarray(layer(ones(100)))])
    assert_array_equal(choices[0], choices[1])
    assert np.any(choices[0][0] != choices[0][1])


def test_the_choice_can_come_from_a_stream_of_its_own_and_leaves_the_ambient_one_alone():
    nd.random.seed(5)
    expected = nd.random.uniform(shape=(3,))
    nd.random.seed(5)
    with train_mode(), drawing_from(stream(0, "dropout")):
        first = nn.Dropout(0.5)(ones(100))
    assert_array_equal(nd.random.uniform(shape=(3,)), expected)
    with train_mode(), drawing_from(stream(0, "dropout")):
        assert_array_equal(nn.Dropout(0.5)(ones(100)), first)


def test_along_axes_one_choice_holds_for_all():
    nd.random.seed(0)
    with train_mode():
        y = np.asarray(nn.Dropout(0.5, axes=(1,))(ones(100, 7)))
    assert_array_equal(y, np.repeat(y[:, :1], 7, axis=1))
    assert set(np.unique(y)) == {0, 2}


def test_a_rate_of_zero_is_the_identity_even_in_training():
    with train_mode():
        assert_array_equal(nn.Dropout(0)(ones(100)), ones(100))


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, float("nan")])
def test_a_rate_outside_zero_to_one_is_refused(rate):
    with pytest.raises(BadValueError, match=rf"at least 0 and below 1, got {rate}\."):
        nn.Dropout(rate)


def test_dropout_prints_as_gluon_prints_it():
    assert repr(nn.Dropout(0.5)) == "Dropout(p = 0.5, axes=())"


# ---- Flatten
@pytest.mark.parametrize(
    ("shape", "flat"), [((2, 3, 4), (2, 12)), ((5, 1), (5, 1)), ((4,), (4, 1)), ((0, 3, 2), (0, 6))]
)
def test_flatten_keeps_the_samples_and_their_order(shape, flat):
    values = np.arange(np.prod(shape), dtype="float32").reshape(shape)
    y = nn.Flatten()(nd.array(values))
    assert y.shape == flat
    assert_array_equal(np.ravel(np.asarray(y)), values.ravel())


def test_flattens_gradient_has_the_inputs_shape():
    x = ones(2, 3, 4)
    x.attach_grad()
    with record():
        y = nn.Flatten()(x) * np.arange(12, dtype="float32")
    y.backward()
    assert_array_equal(x.grad, np.tile(np.arange(12).reshape(3, 4), (2, 1, 1)))


def test_flatten_prints_its_name():
    assert repr(nn.Flatten()) == "Flatten"


# ---- Reshape
def test_reshape_keeps_the_samples_and_their_order():
    x = np.arange(12, dtype="float32").reshape(2, 6)
    y = nn.Reshape([1, 2, 3])(nd.array(x))
    assert_array_equal(y, x.reshape(2, 1, 2, 3))
    assert repr(nn.Reshape((1, 2, 3))) == "Reshape(1, 2, 3)"


def test_reshape_of_samples_with_another_number_of_values_is_refused():
    with pytest.raises(ShapeError, match=r"\(1, 8, 8\), 64 values, of an input of shape \(2, 60\)"):
        nn.Reshape((1, 8, 8))(ones(2, 60))
