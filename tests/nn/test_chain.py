"""A chain that remembers what it found computes what its blocks do now, whatever was changed."""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import numpy as np
import pytest

from initlab import nd, nn, optim
from initlab.autograd import Tensor, record
from initlab.errors import ShapeError
from initlab.nd import random
from initlab.tree import CHANGES, tie

X = np.linspace(-1, 1, 12, dtype=np.float32).reshape(3, 4)


@pytest.fixture
def net():
    """A net whose chain has been found out."""
    random.seed(0)
    net = nn.Sequential()
    net.add(*(nn.Dense(4, activation="tanh", in_units=4) for _ in range(3)))
    net.initialize("xavier")
    for _ in range(2):
        net(Tensor(X))
    return net


def one_by_one(net, x=X):
    x = Tensor(x)
    for block in net:
        x = block(x)
    return x.array


def agrees(net, x=X):
    np.testing.assert_array_equal(net(Tensor(x)).array, one_by_one(net, x))
    return True


def redraw(net):
    net.initialize("he", force_reinit=True)


def write(net):
    net[1].weight.set_data(np.eye(4))


def write_recorded(net):
    with record():
        net[1].weight.set_data(np.eye(4))


def double(net):
    net.cast("float64")


def share(net):
    tie(net, "2.weight", "0.weight")


def replace(net):
    other = nn.Dense(4, in_units=4)
    other.initialize("ones")
    net.register_child(other, "1")


def append(net):
    net.add(nn.Dense(2))
    net[-1].initialize("ones")


def other_activation(net):
    act = nn.Activation("relu")
    net[1].act = act


def other_weight(net):
    other = nn.Dense(4, in_units=4)
    other.initialize("ones")
    net.add(nn.Dense(4, in_units=4, params=other.params))


def pop(net):
    net._children.pop("1")  # as some write who know Gluon's attributes


@pytest.mark.parametrize(
    "change",
    [
        pop, redraw, write, write_recorded, double, share, replace, append, other_activation,
        other_weight,
    ],
)  # fmt: skip
def test_a_change_is_seen_by_the_next_pass(net, change):
    before = net(Tensor(X)).array
    change(net)
    assert agrees(net)
    assert agrees(net)
    assert net(Tensor(X)).shape != before.shape or (net(Tensor(X)).array != before).any()


@pytest.mark.parametrize("watched", [lambda net: net[1], lambda net: net[1].act])
@pytest.mark.parametrize("kind", ["register_forward_hook", "register_forward_pre_hook"])
def test_a_hook_is_called_as_long_as_it_is_attached(net, watched, kind):
    calls = []
    with getattr(watched(net), kind)(lambda *args: calls.append(args)):
        net(Tensor(X))
        assert len(calls) == 1
    net(Tensor(X))
    assert len(calls) == 1


def test_a_hook_that_a_block_attaches_to_a_later_one_is_called_in_the_same_pass(net):
    calls, handles = [], []

    class Attaching(nn.Block):
        def forward(self, x):
            handles.append(net[2].register_forward_hook(lambda *_: calls.append(1)))
            return x

    outer = nn.Sequential()
    outer.add(Attaching(), *net)
    outer(Tensor(X))
    for handle in handles:
        handle.detach()
    calls.clear()
    outer(Tensor(X))
    assert calls == [1]


def test_a_copy_computes_with_its_own_weights(net):
    other = copy.deepcopy(net)
    assert agrees(other)
    other[0].weight.set_data(np.zeros((4, 4)))
    other[2].bias.set_data(np.ones(4))
    assert agrees(other)
    assert (net(Tensor(X)).array != other(Tensor(X)).array).any()
    assert agrees(net)


def test_gradients_land_where_a_parameter_keeps_them_now(net):
    net[0].weight.data().attach_grad()
    with record():
        y = net(Tensor(X))
    y.backward()
    assert (net[0].weight.grad().array != 0).any()


def test_training_steps_change_no_tree():
    net = nn.Sequential()
    net.add(nn.Dense(8, activation="relu"), nn.BatchNorm(axis=-1), nn.Dropout(0.5), nn.Dense(3))
    net.initialize()
    loss, trainer = nn.SoftmaxCrossEntropyLoss(), None
    numbers = []
    for _ in range(4):
        with record():
            value = loss(net(Tensor(X)), np.array([0, 1, 2]))
        value.backward()
        trainer = trainer or optim.Trainer(net.collect_params(), "adam")
        trainer.step(3)
        numbers.append(CHANGES.number)
    assert numbers[1] == numbers[2] == numbers[3]


def test_a_call_within_a_call_does_not_hide_what_has_changed(net):
    def change(*_):
        handle.detach()
        net[1].weight.cast("float64")
        net[1].weight.data()[:] = 0
        net(Tensor(X))

    handle = net[0].register_forward_pre_hook(change)
    seen = net(Tensor(X)).array
    np.testing.assert_array_equal(seen, net(Tensor(X)).array)


def test_threads_that_look_at_once_skip_no_layer(net, monkeypatch):
    found = nn.Dense.dense_links

    def slow(block):
        sleep(0.02)
        return found(block)

    monkeypatch.setattr(nn.Dense, "dense_links", slow)
    truth = one_by_one(net)
    for _ in range(3):
        CHANGES.note()
        with ThreadPoolExecutor(3) as pool:
            for y in pool.map(lambda x: net(Tensor(x)).array, [X] * 3):
                np.testing.assert_allclose(y, truth, rtol=1e-6)


@pytest.fixture
def outer(net):
    """A net whose first block is one."""
    outer = nn.Sequential()
    outer.add(net, nn.Repeat(2, lambda: nn.Dense(4, in_units=4)), nn.Dense(2, in_units=4))
    for block in list(outer)[1:]:
        block.initialize("xavier")
    outer(Tensor(X))
    return outer


def test_containers_of_dense_layers_are_part_of_the_row(outer, monkeypatch):
    whole, rows = nd.perceptron, []

    def counted(x, *layers, activations):
        rows.append(len(activations))
        return whole(x, *layers, activations=activations)

    monkeypatch.setattr(nd, "perceptron", counted)
    assert agrees(outer)
    assert rows == [6, 3, 2]  # all of them at once; then the two blocks that are rows themselves


@pytest.mark.parametrize("kind", ["register_forward_hook", "register_forward_pre_hook"])
def test_a_hook_of_a_container_within_a_container_is_called(outer, kind):
    calls = []
    with getattr(outer[0], kind)(lambda *args: calls.append(args)):
        outer(Tensor(X))
    outer(Tensor(X))
    assert len(calls) == 1


@pytest.mark.parametrize(
    "patched", [lambda outer: outer[0], lambda outer: outer[0][1], lambda outer: outer[0][1].act]
)
def test_a_forward_that_is_put_on_a_block_is_called_until_it_is_taken_off(outer, patched):
    block, before = patched(outer), outer(Tensor(X)).array
    plain = block.forward
    block.forward = lambda x: plain(x) * 2
    assert (outer(Tensor(X)).array != before).all()
    assert agrees(outer)
    del block.forward
    np.testing.assert_array_equal(outer(Tensor(X)).array, before)


def test_a_container_that_computes_otherwise_is_called(net):
    class Doubling(nn.Sequential):
        def forward(self, x):
            return super().forward(x) * 2

    inner, outer = Doubling(), nn.Sequential()
    inner.add(*net)
    outer.add(inner)
    for _ in range(2):
        np.testing.assert_array_equal(outer(Tensor(X)).array, 2 * net(Tensor(X)).array)


def test_a_shape_that_does_not_fit_is_found_within_a_container(net):
    outer, first = nn.Sequential(), nn.Dense(3, in_units=4)
    first.initialize()
    outer.add(first, net)
    for _ in range(2):
        with pytest.raises(ShapeError) as found:
            outer(Tensor(X))
        assert found.value.__notes__[1] == f"at 1.0 of {outer.name}"
