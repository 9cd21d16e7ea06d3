from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from initlab.autograd import Tensor
from initlab.errors import BadValueError
from initlab.optim import SGD, Adam, Cosine, optimizers, schedules

OPTIMIZERS = [SGD(0.5), SGD(0.5, 0.9, weight_decay=0.1), Adam(0.5), Adam(0.5, weight_decay=0.1)]


def two(weights):
    return weights(np.ones(3), np.ones(3)), weights(np.ones(3), np.ones(3))


def test_a_parameter_listed_twice_is_stepped_once(weights):
    tied, alone = two(weights)
    SGD(0.5).bind([tied, tied]).step()
    SGD(0.5).bind([alone]).step()
    np.testing.assert_array_equal(tied.data().array, alone.data().array)


def test_two_parameters_of_equal_values_are_both_stepped(weights):
    first, second = two(weights)
    SGD(0.5).bind([first, second]).step()
    assert first.data().array.tolist() == second.data().array.tolist() == [0.5] * 3


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_arrays_are_stepped_in_place_and_gradients_stay(weights, optimizer):
    parameter, _ = two(weights)
    array, view = parameter.array, parameter.array[1:]
    optimizer.bind([parameter]).step(batch_size=2)
    assert parameter.data().array is array
    assert (view != 1).all()
    np.testing.assert_array_equal(parameter.grad().array, np.ones(3))


def test_without_gradient_nothing_is_stepped_not_even_by_decay(weights):
    frozen = weights(np.ones(3), grad_req="null")
    SGD(0.5, weight_decay=0.1).bind([frozen]).step()
    np.testing.assert_array_equal(frozen.data().array, np.ones(3))


def test_multipliers_and_grad_req_are_read_at_each_step(weights):
    parameter = weights(np.zeros(1), np.ones(1), lr_mult=2.0)
    stepper, path = SGD(lr=1.0, weight_decay=1.0).bind([parameter]), []
    for change in ({}, {"lr_mult": 0.5, "wd_mult": 0.0}, {"wd_mult": 4.0}, {"grad_req": "null"}):
        for name, value in change.items():
            setattr(parameter, name, value)
        stepper.step()
        path.append(parameter.data().array.item())
    # by hand: twice the rate; half of it and no decay; four times the decay of -2.5; frozen
    assert path == [-2.0, -2.5, 2.0, 2.0]


def test_decay_is_not_divided_by_the_batch_size(weights):
    parameter = weights(np.array([10.0]), np.array([8.0]))
    SGD(lr=1.0, weight_decay=0.1).bind([parameter]).step(batch_size=4)
    assert parameter.data().array.item() == 10 - (8 / 4 + 0.1 * 10)


def test_data_drawn_anew_or_cast_after_binding_are_what_is_stepped(weights):
    parameter, _ = two(weights)
    stepper = SGD(0.5).bind([parameter])
    stepper.step()
    parameter.tensors = [Tensor(np.ones((2, 2), np.float32)), Tensor(np.ones((2, 2), np.float32))]
    stepper.step()
    assert parameter.data().array.tolist() == [[0.5, 0.5], [0.5, 0.5]]
    assert parameter.data().dtype == np.float32


def test_data_may_come_after_binding(weights):
    deferred = weights(np.empty(0))
    stepper = Adam(0.5).bind([deferred])
    deferred.tensors = [Tensor(np.zeros(2)), Tensor(np.ones(2))]
    stepper.step()
    np.testing.assert_allclose(deferred.data().array, -0.5, rtol=1e-6)


def test_the_schedule_multiplies_the_rate_by_the_step_s_number(weights):
    parameter = weights(np.zeros(1), np.ones(1))
    stepper = SGD(lr=1.0, schedule=Cosine()).bind([parameter], total=4)
    for step, moved in ((0, 1.0), (2, 0.5), (4, 0.0)):
        before = parameter.data().array.item()
        stepper.step(step=step)
        assert before - parameter.data().array.item() == pytest.approx(moved)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_after_the_first_step_no_array_is_made(weights, optimizer):
    size = 1_000_000
    parameter = weights(np.ones(size, np.float32), np.ones(size, np.float32))
    stepper = optimizer.bind([parameter])
    stepper.step(batch_size=4)
    tracemalloc.start()
    stepper.step(batch_size=4)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < size  # one float32 temporary would be 4 size


WHOLE = {"lars", "lamb", "sgld"}  # by norms, or by chance


@pytest.mark.parametrize("cls", [o for n, o in optimizers().items() if n not in WHOLE])
def test_a_large_array_is_stepped_in_blocks_as_a_small_one_is(weights, cls):
    size = 150_000
    start, gradient = np.random.default_rng(0).standard_normal((2, size))
    optimizer = cls(0.1, weight_decay=0.1, clip_gradient=0.5)
    large, small = weights(start.copy(), gradient), weights(start[-7:].copy(), gradient[-7:])
    for parameter in (large, small):
        stepper = optimizer.bind([parameter])
        stepper.step()
        stepper.step()
    np.testing.assert_allclose(large.array[-7:], small.array, rtol=1e-12)


def test_a_batch_or_a_training_without_samples_is_refused(weights):
    with pytest.raises(BadValueError, match=r"batch_size must be at least 1, got 0\."):
        SGD().bind([weights(np.ones(1))]).step(0)
    with pytest.raises(BadValueError, match=r"total must be at least 1 step, got 0\."):
        Adam().bind([], total=0)


def test_the_shelves_hold_each_optimizer_and_schedule_by_its_name():
    assert set(optimizers()) == {
        "sgd", "nag", "adam", "adamax", "nadam", "rmsprop", "adagrad", "adadelta", "ftrl", "ftml",
        "signum", "lars", "lamb", "sgld", "dcasgd",
    }  # fmt: skip
    for name, cls in optimizers().items():
        assert cls().name == cls.__name__.lower() == name
    assert {name: cls.__name__ for name, cls in schedules().items()} == {
        "constant": "Constant",
        "cosine": "Cosine",
        "warmup": "Warmup",
    }


def test_the_rates_that_nobody_names_are_gluon_s():
    assert (SGD().lr, SGD().momentum, SGD().weight_decay) == (0.01, 0, 0)
    adam = Adam()
    assert (adam.lr, adam.beta1, adam.beta2, adam.epsilon) == (0.001, 0.9, 0.999, 1e-8)


@pytest.mark.parametrize("optimizer", [SGD(0.5, 0.9), Adam(0.5)])
def test_what_the_rule_remembers_survives_a_rest(optimizer, weights):
    """A neighbour that is frozen for a while changes nothing for the others, nor forgets."""
    rested, steady, alone = (weights(np.ones(3), np.arange(3.0)) for _ in range(3))
    both, single = optimizer.bind([rested, steady]), optimizer.bind([alone])
    for req in ("write", "null", "write"):
        rested.grad_req = req
        both.step()
        single.step()
    np.testing.assert_array_equal(steady.data().array, alone.data().array)
    twice = weights(np.ones(3), np.arange(3.0))
    stepper = optimizer.bind([twice])
    for _ in range(2):
        stepper.step()
    np.testing.assert_array_equal(rested.data().array, twice.data().array)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_long_array_is_stepped_as_its_pieces_are(optimizer, weights):
    values = np.random.default_rng(0).standard_normal((2, 150_001))
    whole = weights(*values.copy())
    parts = [weights(*part) for part in np.array_split(values.copy(), 3, axis=1)]
    stepper, several = optimizer.bind([whole]), optimizer.bind(parts)
    for _ in range(2):
        stepper.step()
        several.step()
    joined = np.concatenate([part.data().array for part in parts])
    np.testing.assert_array_equal(whole.data().array, joined)
