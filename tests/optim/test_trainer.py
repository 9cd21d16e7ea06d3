from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from initlab import autograd, nd, nn
from initlab.errors import (
    BadTypeError,
    BadValueError,
    DataError,
    DeferredInitializationError,
    NotInitializedError,
    TrainerError,
    UnknownNameError,
)
from initlab.optim import (
    SGD,
    Adam,
    Cosine,
    CosineScheduler,
    FactorScheduler,
    Trainer,
    create,
    optimizers,
)
from initlab.tree import Parameter, fresh_names


@pytest.fixture
def x():
    parameter = Parameter("x", shape=(10,))
    parameter.initialize(init="zeros")
    return parameter


def backward(*parameters, times=1.0):
    with autograd.record():
        total = sum((p.data() * times).sum() for p in parameters)
    total.backward()


def test_steps_and_rates_are_those_of_mxnets_own_test(x):
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0, "momentum": 0.5})
    backward(x)
    trainer.step(1)
    assert_array_equal(x.data(), -1 * np.ones(10))
    x.lr_mult = 0.5
    backward(x)
    trainer.step(1)  # m = 0.5 * -1 - 0.5 * 1 = -1
    assert_array_equal(x.data(), -2 * np.ones(10))


def test_gradients_are_divided_by_the_batch_and_multiplied_by_rescale_grad(x):
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0, "rescale_grad": 3.0})
    backward(x, times=8)
    trainer.step(batch_size=4)
    assert_array_equal(x.data(), -6 * np.ones(10))


def test_a_dict_is_stepped_by_its_sorted_names_and_a_list_in_its_order():
    with fresh_names():
        net = nn.Sequential()
        for _ in range(11):
            net.add(nn.Dense(1, in_units=1, use_bias=False))
    net.initialize()
    trainer = Trainer(net.collect_params(), "sgd")
    names = [p.name for p in trainer._params]
    assert names[:3] == ["dense0_weight", "dense10_weight", "dense1_weight"]
    plain = dict(net.collect_params().items())
    assert [p.name for p in Trainer(plain, "sgd")._params] == names
    assert Trainer([net[3].weight, net[1].weight], "sgd")._params == [net[3].weight, net[1].weight]


def test_a_tied_parameter_is_stepped_once():
    net = nn.Sequential()
    net.add(nn.Dense(2, in_units=2, use_bias=False, weight_initializer="ones"))
    net.add(nn.Dense(2, in_units=2, use_bias=False, params=net[0].params))
    net.initialize()
    trainer = Trainer(net.collect_params(), "sgd", {"learning_rate": 1.0})
    backward(net[0].weight)
    trainer.step(1)
    assert_array_equal(net[1].weight.data(), np.zeros((2, 2)))
    assert len(trainer._params) == 1


# ---- stale gradients
def test_a_step_without_a_new_gradient_is_refused_and_nothing_is_stepped(x):
    other = Parameter("other", shape=(1,))
    other.initialize(init="ones")
    trainer = Trainer([other, x], "sgd", {"learning_rate": 1.0})
    backward(other)
    with pytest.raises(
        TrainerError,
        match=r"Gradient of Parameter `x` has not been updated.*ignore_stale_grad=True",
    ):
        trainer.step(1)
    assert_array_equal(other.data(), [1])
    trainer.step(1, ignore_stale_grad=True)
    assert_array_equal(other.data(), [0])
    assert_array_equal(x.data(), np.zeros(10))
    with pytest.raises(UserWarning, match="`other` has not been updated"):
        trainer.step(1)


def test_each_parameter_counts_its_own_steps(x):
    late = Parameter("late", shape=(1,))
    late.initialize(init="zeros")
    trainer = Trainer([x, late], "adam", {"learning_rate": 0.5})
    for _ in range(20):
        backward(x)
        trainer.step(1, ignore_stale_grad=True)
    backward(late)
    trainer.step(1, ignore_stale_grad=True)
    assert_allclose(late.data(), -0.5, rtol=1e-5)  # its first step of Adam: the rate itself


def test_a_parameter_without_gradient_is_left_out(x):
    x.grad_req = "null"
    trainer = Trainer([x], "sgd", {"wd": 0.5})
    trainer.step(1)
    assert_array_equal(x.data(), np.zeros(10))


def redraw(x):
    x.initialize(init="zeros", force_reinit=True)


def own_gradient(x):
    x.data().attach_grad()


@pytest.mark.parametrize(
    "change",
    [redraw, own_gradient, lambda x: x.cast("float64"), lambda x: x.set_data(np.zeros(10))],
)
def test_what_a_parameter_has_become_between_two_steps_is_stepped(x, change):
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0})
    for _ in range(2):
        backward(x)
        trainer.step(1)
    change(x)
    before = x.data().asnumpy()
    with pytest.raises(UserWarning, match="`x` has not been updated"):
        trainer.step(1)
    backward(x, times=3.0)  # another gradient than what may lie where the last one did
    trainer.step(1)
    assert_array_equal(x.data(), before - 3)


def test_a_parameter_is_frozen_and_freed_between_two_steps(x):
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0})
    for req, value in (("write", -1), ("null", -1), ("add", -2)):
        x.grad_req = req
        if req != "null":
            backward(x)
        trainer.step(1)
        assert_array_equal(x.data(), np.full(10, value))


def test_gradients_that_accumulate_are_fresh_too(x):
    x.grad_req = "add"
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0})
    backward(x)
    backward(x)
    trainer.step(2)
    assert_array_equal(x.data(), -1 * np.ones(10))


def test_a_training_of_a_net_lowers_its_loss_through_kernels_and_rules_alike():
    net = nn.Sequential()
    net.add(nn.Dense(16, activation="tanh"), nn.BatchNorm(), nn.Dense(3))
    net.initialize()
    trainer = Trainer(net.collect_params(), "adam", {"learning_rate": 0.05})
    rng = np.random.default_rng(0)
    x, y = nd.array(rng.standard_normal((30, 4))), rng.integers(0, 3, 30)
    loss, seen = nn.SoftmaxCrossEntropyLoss(), []
    for _ in range(60):
        with autograd.record():
            value = loss(net(x), y)
        value.backward()
        trainer.step(30)
        seen.append(float(np.asarray(value).mean()))
    assert seen[-1] < 0.1 < 1 < seen[0]


# ---- rates
def test_the_rate_can_be_read_and_set(x):
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0, "momentum": 0.5})
    backward(x)
    trainer.step(1)
    trainer.set_learning_rate(0.25)
    assert trainer.learning_rate == trainer.optimizer.lr == 0.25
    backward(x)
    trainer.step(1)  # m = 0.5 * -1 - 0.25: the momentum goes on
    assert_array_equal(x.data(), -1.75 * np.ones(10))
    with pytest.raises(BadValueError, match="lr must be finite and at least 0, got -1"):
        trainer.set_learning_rate(-1)


def test_a_scheduler_says_the_rate_by_the_number_of_updates(x):
    trainer = Trainer([x], "sgd", {"lr_scheduler": FactorScheduler(1, 0.5, base_lr=0.5)})
    moved, rates = [], [trainer.learning_rate]
    for _ in range(4):
        before = np.array(x.data())
        backward(x)
        trainer.step(1)
        moved.append(float((before - np.asarray(x.data()))[0]))
        rates.append(trainer.learning_rate)
    assert moved == [0.5, 0.25, 0.125, 0.0625]
    assert rates == [0.5, 0.5, 0.25, 0.125, 0.0625]
    with pytest.raises(UserWarning, match=r"cannot be set to 0\.2: the trainer's lr_scheduler"):
        trainer.set_learning_rate(0.2)


def test_a_learning_rate_beside_a_scheduler_is_its_base_and_any_function_is_one(x):
    options = {"learning_rate": 2.0, "lr_scheduler": CosineScheduler(4, 0.1)}
    assert Trainer([x], "sgd", options).learning_rate == 2
    trainer = Trainer([x], "sgd", {"lr_scheduler": float})
    backward(x)
    trainer.step(1)
    backward(x)
    trainer.step(1)
    assert_array_equal(x.data(), -3 * np.ones(10))


# ---- parameters that are not ready
def test_a_parameter_must_be_initialized_and_may_be_deferred():
    net = nn.Dense(2)
    with pytest.raises(NotInitializedError, match=r"Parameter 'dense\d+_bias' has not been init"):
        Trainer(net.collect_params(), "sgd")
    net.initialize()
    trainer = Trainer(net.collect_params(), "sgd")
    with pytest.raises(DeferredInitializationError):
        trainer.step(1, ignore_stale_grad=True)
    with autograd.record():
        y = net(nd.ones((1, 3)))
    y.backward()
    trainer.step(1)


# ---- states
@pytest.mark.parametrize("name", optimizers())
def test_a_training_goes_on_from_its_states_as_if_it_had_not_stopped(name, tmp_path):
    def run(parameter, trainer, steps):
        for step in steps:
            nd.random.seed(step)  # for those that draw
            backward(parameter, times=1.0 + step)
            trainer.step(1)

    def make():
        parameter = Parameter("x", shape=(3,))
        parameter.initialize(init="ones")
        return parameter, Trainer([parameter], name, {"learning_rate": 0.1})

    whole, trainer = make()
    run(whole, trainer, range(6))
    first, trainer = make()
    run(first, trainer, range(3))
    trainer.save_states(tmp_path / "states")
    second, trainer = make()
    trainer.set_learning_rate(0.9)
    second.set_data(first.data())
    trainer.load_states(tmp_path / "states")
    assert trainer.learning_rate == 0.1
    run(second, trainer, range(3, 6))
    assert_array_equal(second.data(), whole.data())


def test_multipliers_hold_after_states_are_loaded(x, tmp_path):
    trainer = Trainer([x], "sgd", {"learning_rate": 1.0})
    trainer.save_states(tmp_path / "states")
    trainer.load_states(tmp_path / "states")
    x.lr_mult = 2.0
    backward(x)
    trainer.step(1)
    assert_array_equal(x.data(), -2 * np.ones(10))


def test_states_of_others_are_refused(x, tmp_path):
    backward(x)
    trainer = Trainer([x], "adam")
    trainer.step(1)
    trainer.save_states(tmp_path / "adam")
    with pytest.raises(BadValueError, match=r"holds the states of adam, .* optimizer is sgd"):
        Trainer([x], "sgd").load_states(tmp_path / "adam")
    other = Parameter("y", shape=(2,))
    other.initialize()
    for params in ([other], [x, other]):
        with pytest.raises(BadValueError, match=r"states are of 1 parameters and do not fit"):
            Trainer(params, "adam").load_states(tmp_path / "adam")


@pytest.mark.parametrize("content", [None, b"", b"PK", pickle.dumps({"lr": 1})])
def test_what_is_no_file_of_states_is_refused(x, tmp_path, content):
    file = tmp_path / "states"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(DataError, match=r"Cannot load the states of a Trainer from .*states"):
        Trainer([x], "sgd").load_states(file)


# ---- what is refused
@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda x: Trainer(3, "sgd"), BadTypeError, "a list or dict of Parameters, got int"),
        (lambda x: Trainer([3], "sgd"), BadTypeError, "got a list with 3."),
        (lambda x: Trainer([x], "sdg"), UnknownNameError, "'sdg'. Did you mean 'sgd'?"),
        (
            lambda x: Trainer([x], "sgd", {"learning_rat": 1}),
            UnknownNameError,
            "option of sgd 'learning_rat'. Did you mean 'learning_rate'?",
        ),
        (
            lambda x: Trainer([x], Adam(), {"learning_rate": 1}),
            BadValueError,
            "{'learning_rate': 1} cannot be added",
        ),
        (
            lambda x: Trainer([x], SGD(schedule=Cosine())),
            BadValueError,
            "does not know how long the training is",
        ),
        (lambda x: Trainer([x], "sgd").step(0), BadValueError, "batch_size must be above 0, got 0"),
    ],
)
def test_a_mistake_is_named(x, make, error, message):
    with pytest.raises(error, match=re.escape(message)):
        make(x)


def test_an_optimizer_is_made_by_name_in_either_spelling():
    assert create("SGD", learning_rate=0.5, wd=0.1) == SGD(0.5, weight_decay=0.1)
    assert create("sgd", lr=0.5, weight_decay=0.1, lazy_update=False) == SGD(0.5, weight_decay=0.1)


def test_gluons_other_ways_to_step_are_there(x):
    trainer = Trainer([x], SGD(1.0), kvstore=None, update_on_kvstore=False)
    backward(x)
    trainer.allreduce_grads()
    trainer.update(1)
    assert_array_equal(x.data(), -1 * np.ones(10))
