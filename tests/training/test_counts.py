"""What a training step is made of, counted: the speed that no machine's noise can hide."""

from __future__ import annotations

import sys
import tracemalloc

import numpy as np
import pytest

from initlab import autograd, nd, nn
from initlab.autograd import Tensor, record
from initlab.nd import random
from initlab.nd.threads import product
from initlab.optim import SGD, Adam
from initlab.training import Passes

BATCH, WIDTH, DEPTH, CLASSES = 32, 64, 10, 10


def mlp():
    """Ten layers, the last one the classes'."""
    net = nn.Sequential()
    net.add(*(nn.Dense(WIDTH, activation="relu", in_units=WIDTH) for _ in range(DEPTH - 1)))
    net.add(nn.Dense(CLASSES, in_units=WIDTH))
    return net


def normed():
    net = nn.Sequential()
    for _ in range(3):
        net.add(nn.Dense(WIDTH, in_units=WIDTH), nn.LayerNorm(in_channels=WIDTH))
        net.add(nn.Activation("gelu"))
    net.add(nn.Dense(CLASSES, in_units=WIDTH))
    return net


def passing(net):
    """A step whose pass is a list of calls by now."""
    net.initialize()
    rng = np.random.default_rng(0)
    x = rng.standard_normal((BATCH, WIDTH)).astype(np.float32)
    y = rng.integers(0, CLASSES, BATCH)
    passes = Passes(net, nn.SoftmaxCrossEntropyLoss())
    stepper = SGD(0.01).bind(list(net.collect_params().values()))

    def step():
        passes(x, y).backward()
        stepper.step(BATCH)

    for _ in range(4):
        step()
    return step


def stepping(net, optimizer=SGD(0.01)):  # noqa: B008 - a value
    net.initialize()
    rng = np.random.default_rng(0)
    x = Tensor(rng.standard_normal((BATCH, WIDTH)).astype(np.float32))
    y = rng.integers(0, CLASSES, BATCH)
    loss = nn.SoftmaxCrossEntropyLoss()
    stepper = optimizer.bind(list(net.collect_params().values()))

    def step():
        with record():
            value = loss(net(x), y)
        value.backward()
        stepper.step(BATCH)

    step()
    step()
    return step


def order():
    """How many calls have been recorded so far, counted downwards."""
    x = Tensor(1.0)
    x.attach_grad()
    with record():
        return (x * x).node.order


@pytest.fixture
def products(monkeypatch):
    """Count the products of matrices."""
    calls = []

    def counted(a, b, out=None):
        calls.append(a.shape)
        return product(a, b, out)

    monkeypatch.setattr(sys.modules["initlab.nd.perceptron"], "product", counted)
    prepared = sys.modules["initlab.nd.prepared.perceptron"]
    monkeypatch.setattr(prepared, "_product", lambda *_: counted)
    return calls


def recorded(step):
    before = order()
    step()
    return before - order() - 1


def test_a_net_of_dense_layers_and_its_loss_are_two_recorded_calls():
    assert recorded(stepping(mlp())) == 2


def test_a_watched_layer_costs_its_own_call_and_changes_no_bit():
    plain, watched = mlp(), mlp()
    for net in (plain, watched):
        random.seed(0)
        net.initialize(force_reinit=False)
    for a, b in zip(plain, watched, strict=True):
        b.weight.set_data(a.weight.data())
    watched[4].register_forward_hook(lambda *_: None)
    with pytest.warns(UserWarning, match="already initialized"):
        steps = stepping(plain), stepping(watched)
    assert recorded(steps[1]) == 4
    steps[0]()
    for a, b in zip(plain, watched, strict=True):
        np.testing.assert_array_equal(a.weight.data(), b.weight.data())


def test_a_layer_is_three_products_and_the_first_one_two(products):
    step = stepping(mlp())
    products.clear()
    step()
    assert len(products) == 3 * DEPTH - 1


def test_a_gradient_by_the_input_alone_is_one_product_a_layer_more(products):
    net = mlp()
    net.initialize()
    x = nd.ones((BATCH, WIDTH))
    net(x)
    x.attach_grad()
    products.clear()
    with record():
        y = net(x)
    autograd.grad(y, x)
    assert len(products) == 2 * DEPTH


def test_a_list_of_calls_records_none_and_makes_the_same_products(products):
    step = passing(mlp())
    products.clear()
    assert recorded(step) == 0
    assert len(products) == 3 * DEPTH - 1


def test_a_list_of_calls_makes_no_array_of_a_layer_but_a_mask_and_numpy_s_own_copy_of_it():
    step = passing(mlp())
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * BATCH * WIDTH * 4  # of nine layers


def test_norms_and_activations_are_one_recorded_call_each():
    assert recorded(stepping(normed())) == 3 * 3 + 1 + 1


@pytest.mark.parametrize("optimizer", [SGD(0.01), SGD(0.01, 0.9), Adam(0.01)])
def test_all_parameters_are_stepped_as_one(optimizer):
    step = stepping(mlp(), optimizer)
    stepper = dict(zip(step.__code__.co_freevars, step.__closure__, strict=True))["stepper"]
    assert len(stepper.cell_contents._stretches) == 1


def test_a_step_holds_the_activations_and_two_gradients_of_them_at_most():
    step = stepping(mlp())
    tracemalloc.start()
    step()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    activation = BATCH * WIDTH * 4
    assert peak < (DEPTH + 3) * activation


def test_a_step_leaves_no_memory_behind():
    step = stepping(mlp())
    for _ in range(2500):  # until Python's own store of 2000 spare tuples is full
        step()
    tracemalloc.start()
    step()
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(50):
        step()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < BATCH * WIDTH * 4  # one activation


def test_recorded_calls_grow_with_the_layers_that_are_no_row():
    """Ten times the blocks, ten times the calls: nothing is walked twice."""
    assert autograd.is_recording() is False
    counts = []
    for blocks in (2, 20):
        net = nn.Sequential()
        for _ in range(blocks):
            net.add(nn.Dense(4, in_units=4), nn.LayerNorm(in_channels=4))
        net.initialize()
        x = nd.ones((2, 4))
        before = order()
        with record():
            net(x)
        counts.append(before - order() - 1)
    assert counts == [4, 40]


def test_a_hessian_vector_product_is_nine_products_a_layer_and_four_calls(monkeypatch):
    """One up, two down; of these four, and two down again; the first layer has four."""
    shapes = []
    for name in ("perceptron", "perceptron_gradients"):
        module = sys.modules[f"initlab.nd.{name}"]
        monkeypatch.setattr(module, "product", lambda *args: shapes.append(args) or product(*args))
    net = mlp()
    net.initialize()
    weights = [p.data() for p in net.collect_params().values()]
    along = [nd.ones(w.shape) for w in weights]
    x, loss = nd.ones((BATCH, WIDTH)), nn.SoftmaxCrossEntropyLoss()
    net(x)
    before = order()
    with record():
        slopes = autograd.grad(loss(net(x), [0] * BATCH), weights, create_graph=True)
    assert before - order() - 1 == 2 + 2  # net and loss, and the gradients of both
    autograd.grad(slopes, weights, along)
    assert len(shapes) == 9 * DEPTH - 5
