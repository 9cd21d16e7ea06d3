from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from initlab import nd, nn
from initlab.autograd import record
from initlab.errors import DeferredInitializationError, NotInitializedError, ShapeError
from initlab.tree import parameters, resolve_shapes


def net():
    made = nn.Sequential()
    made.add(nn.Dense(8, activation="relu"), nn.LayerNorm(), nn.Dense(3))
    return made


SHAPES = [(8, 20), (8,), (8,), (8,), (3, 8), (3,)]


def test_an_example_tells_all_shapes_and_nothing_is_drawn():
    made = net()
    resolve_shapes(made, np.zeros((2, 20), "float32"))
    assert [p.shape for p in parameters(made).values()] == SHAPES
    assert not any(p.settled for p in parameters(made).values())


def test_shapes_are_those_of_a_first_forward_pass():
    made = net()
    made.initialize()
    made(nd.array(np.ones((2, 20))))
    assert [p.data().shape for p in parameters(made).values()] == SHAPES


def test_a_pending_initialization_still_waits_afterwards_and_is_then_carried_out():
    made = net()
    made.initialize(init="ones")
    resolve_shapes(made, np.zeros((2, 20), "float32"))
    with pytest.raises(DeferredInitializationError):
        made[0].weight.data()
    made(nd.array(np.ones((2, 20))))
    assert np.all(np.asarray(made[0].weight.data()) == 1)


def test_outside_parameters_without_data_are_refused_again():
    made = net()
    resolve_shapes(made, np.zeros((2, 20), "float32"))
    with pytest.raises(NotInitializedError):
        made[0].bias.data()


def test_stand_ins_take_no_memory():
    made = nn.Dense(1000, use_bias=False)
    example = np.zeros((1, 10_000), "float32")
    tracemalloc.start()
    resolve_shapes(made, example)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert made.weight.shape == (1000, 10_000)
    assert peak < 4 * 1000 * 10_000 / 10  # a tenth of the weight


def test_numbers_of_an_embedding_are_an_example_too():
    made = nn.Sequential()
    made.add(nn.Embedding(7, 3), nn.Dense(2))
    resolve_shapes(made, np.zeros((2, 5), "int64"))
    assert made[1].weight.shape == (2, 15)


def test_dropout_draws_nothing_either_even_inside_a_recording():
    made = nn.Sequential()
    made.add(nn.Dropout(0.5), nn.Dense(2))
    nd.random.seed(1)
    expected = nd.random.uniform(shape=(3,))
    nd.random.seed(1)
    with record():
        resolve_shapes(made, np.ones((2, 5), "float32"))
    assert np.all(np.asarray(nd.random.uniform(shape=(3,)) == expected))


def test_layers_that_do_not_fit_are_refused_and_shape_only_mode_is_left():
    made = nn.Sequential()
    made.add(nn.Dense(8), nn.Dense(3, in_units=7))
    with pytest.raises(ShapeError, match=r"rows of 8 values, .*\(3, 7\) takes 7"):
        resolve_shapes(made, np.zeros((2, 5), "float32"))
    with pytest.raises(NotInitializedError):
        made[1].weight.data()
