"""Parameters side by side: nothing that is seen of them changes."""

from __future__ import annotations

import copy

import numpy as np

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.optim import SGD
from initlab.tree import gather


def net_of(*inputs):
    net = nn.Sequential()
    net.add(*(nn.Dense(3, in_units=n) for n in inputs))
    return net


def parameters(net):
    return list(net.collect_params().values())


def flat(parameter):
    return parameter.data().array.base


def gradients(net, x):
    with autograd.record():
        loss = (net(Tensor(x)) ** 2).sum()
    loss.backward()


def test_all_values_of_a_net_are_views_of_one_array_and_all_gradients_of_another():
    net = net_of(2, 3)
    net.initialize()
    assert len({id(flat(p)) for p in parameters(net)}) == 1
    assert len({id(p.grad().array.base) for p in parameters(net)}) == 1
    assert (
        flat(net[0].weight).tolist()
        == np.concatenate([p.data().array.ravel() for p in parameters(net)]).tolist()
    )


def test_a_net_of_unknown_shapes_is_gathered_when_it_is_stepped_and_handed_out_tensors_stay_live():
    net = nn.Sequential()
    net.add(nn.Dense(3), nn.Dense(2))
    net.initialize()
    x = np.ones((4, 5), np.float32)
    gradients(net, x)
    data, grad, before = net[0].weight.data(), net[0].weight.grad(), net[0].weight.data().asnumpy()
    SGD(0.5).bind(parameters(net)).step()
    assert len({id(flat(p)) for p in parameters(net)}) == 1
    assert net[0].weight.data() is data
    assert net[0].weight.grad() is grad
    np.testing.assert_array_equal(data.array, before - 0.5 * grad.array)


def test_a_parameter_of_two_nets_lives_in_one_place():
    first = net_of(2, 3)
    first.initialize()
    home = flat(first[1].weight)
    second = nn.Sequential()
    second.add(nn.Dense(3, in_units=3, params=first[1].params), nn.Dense(3, in_units=3))
    second[1].initialize()
    for net in (first, second):
        SGD().bind(parameters(net)).step()
    assert flat(first[1].weight) is flat(second[0].weight) is home
    assert flat(second[1].weight) is not home


def test_another_draw_writes_into_the_same_memory_and_old_handles_keep_the_old_values():
    net = net_of(2)
    net.initialize("zeros")
    place, data, grad = net[0].weight.place, net[0].weight.data(), net[0].weight.grad()
    grad[:] = 1
    net.initialize("ones", force_reinit=True)
    assert flat(net[0].weight) is place.data
    assert net[0].weight.grad().array.base is place.grad
    assert (net[0].weight.data() == 1).all()
    assert (net[0].weight.grad() == 0).all()
    assert (data == 0).all()
    assert (grad == 1).all()


def test_a_gradient_that_is_recorded_before_the_move_lands_after_it():
    net = nn.Sequential()
    net.add(nn.Dense(1, use_bias=False))
    net.initialize("ones")
    with autograd.record():
        loss = net(Tensor(np.full((1, 2), 3, np.float32))).sum()
    gather(parameters(net))
    loss.backward()
    assert net[0].weight.grad().array.tolist() == [[3, 3]]


def test_a_gradient_switched_off_and_on_again_is_zeros_in_its_place():
    net = net_of(2)
    net.initialize()
    base = net[0].weight.grad().array.base
    net[0].weight.grad_req = "null"
    net[0].weight.grad_req = "add"
    assert net[0].weight.grad().array.base is base
    gradients(net, np.ones((1, 2), np.float32))
    assert np.abs(net[0].weight.grad().array).sum() > 0


def test_parameters_without_gradient_lie_apart_so_that_the_others_lie_side_by_side():
    net = net_of(2, 3, 3)
    net[1].weight.grad_req = "null"
    net.initialize()
    assert flat(net[1].weight) is not flat(net[0].weight)
    assert flat(net[0].bias) is flat(net[2].weight)


def test_a_cast_parameter_leaves_and_is_stepped_all_the_same():
    net = net_of(2)
    net.initialize("ones")
    stepper = SGD(1.0).bind(parameters(net))
    gradients(net, np.ones((1, 2), np.float32))
    stepper.step()
    net.cast("float64")
    gradients(net, np.ones((1, 2)))
    before, grad = net[0].weight.data().asnumpy(), net[0].weight.grad().asnumpy()
    stepper.step()
    np.testing.assert_array_equal(net[0].weight.data().array, before - grad)
    assert net[0].weight.data().dtype == np.float64


def test_values_set_while_recording_leave_what_was_recorded_and_are_stepped():
    net = net_of(1)
    net.initialize("ones")
    stepper = SGD(1.0).bind(parameters(net))
    x = Tensor(np.ones((1, 1), np.float32))
    with autograd.record():
        loss = (net(x) ** 2).sum()  # three outputs of 1: the slope is 2 each
        net[0].weight.set_data(np.full((3, 1), 10, np.float32))
    loss.backward()
    stepper.step()
    assert net[0].weight.data().array.ravel().tolist() == [8, 8, 8]


def test_a_copy_of_a_net_has_memory_of_its_own():
    net = net_of(2)
    net.initialize("ones")
    twin = copy.deepcopy(net)
    twin[0].weight.data().array[...] = 7
    gather(parameters(twin))
    assert (net[0].weight.data().array == 1).all()
    assert (twin[0].weight.data().array == 7).all()


def test_a_transposed_draw_is_stored_row_by_row():
    net = net_of(2)
    net.initialize()
    net[0].weight.assign(np.arange(6, dtype=np.float32).reshape(2, 3).T)
    assert net[0].weight.data().array.flags.c_contiguous
    assert net[0].weight.data().array.tolist() == [[0, 3], [1, 4], [2, 5]]
