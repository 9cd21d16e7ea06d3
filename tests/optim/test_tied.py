"""A real Parameter in two places of a net: one step, down the sum of its two gradients."""

from __future__ import annotations

import numpy as np
import pytest

from initlab import autograd, nn
from initlab.autograd import Tensor
from initlab.optim import SGD, Adam
from initlab.tree import fresh_names, parameters, tie


@pytest.fixture
def net():
    with fresh_names():
        net = nn.Sequential()
        net.add(*(nn.Dense(1, use_bias=False, in_units=1) for _ in range(2)))
    tie(net, parameter="1.weight", to="0.weight")
    net.initialize()
    net[0].weight.set_data(np.full((1, 1), 3, np.float32))
    return net


def step(net, optimizer, listed, x=2.0, times=1):
    stepper = optimizer.bind(listed, total=times)
    for _ in range(times):
        with autograd.record():
            loss = net(Tensor(np.full((1, 1), x, np.float32))).sum()
        loss.backward()
        stepper.step()
    return net[1].weight.data().array.item()


def test_it_is_stepped_once_down_the_sum_of_both_gradients(net):
    # o = w w x with w = 3, x = 2: through either place w x = 6, 12 together; 3 - 0.125 * 12 = 1.5
    assert step(net, SGD(lr=0.125), list(parameters(net).values())) == 1.5
    assert net[0].weight is net[1].weight
    assert net[0].weight.grad().array.item() == 12


def test_listed_by_both_its_places_it_is_stepped_once_all_the_same(net):
    both = [net[0].weight, net[1].weight]
    assert step(net, SGD(lr=0.125), both) == 1.5


def test_momentum_and_decay_act_once_a_step(net):
    # m = -0.125 (12 + 1 * 3) = -1.875, w = 1.125; m = -1.875/2 - 0.125 (4.5 + 1.125) = -1.640625
    optimizer = SGD(lr=0.125, momentum=0.5, weight_decay=1.0)
    assert step(net, optimizer, [net[0].weight, net[1].weight], times=2) == -0.515625


def test_adam_s_first_step_is_the_rate_whatever_the_sum(net):
    both = [net[0].weight, net[1].weight]
    assert step(net, Adam(lr=0.5), both) == pytest.approx(2.5, rel=1e-6)
