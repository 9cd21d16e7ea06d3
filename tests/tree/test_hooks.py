from __future__ import annotations

import numpy as np
import pytest

from initlab import nd, nn


@pytest.fixture
def net():
    made = nn.Sequential()
    made.add(nn.Flatten(), nn.Activation("relu"))
    return made


X = nd.array(np.array([[-1.0, 2.0]]))


def test_hooks_are_told_block_inputs_and_output_in_the_order_of_the_pass(net):
    told = []
    net.register_forward_pre_hook(lambda block, inputs: told.append((block.name, inputs)))
    net[1].register_forward_hook(
        lambda block, inputs, output: told.append((block.name, inputs[0].tolist(), output.tolist()))
    )
    net.register_forward_hook(lambda block, inputs, output: told.append((block.name, output.shape)))
    net(X)
    assert told == [
        ("sequential0", (X,)),
        ("relu0", [[-1.0, 2.0]], [[0.0, 2.0]]),
        ("sequential0", (1, 2)),
    ]


def test_hooks_are_called_in_the_order_in_which_they_were_registered(net):
    told = []
    net.register_forward_hook(lambda *_: told.append("first"))
    net.register_forward_hook(lambda *_: told.append("second"))
    net(X)
    assert told == ["first", "second"]


def test_what_a_hook_returns_does_not_matter(net):
    net.register_forward_hook(lambda *_: "nonsense")
    assert net(X).tolist() == [[0, 2]]


def test_a_hook_is_gone_after_detach_or_the_with_block(net):
    told = []
    handle = net.register_forward_hook(lambda *_: told.append("kept"))
    with net.register_forward_pre_hook(lambda *_: told.append("inside")):
        net(X)
    net(X)
    handle.detach()
    net(X)
    assert told == ["inside", "kept", "kept"]


def test_detaching_twice_takes_off_no_other_registration_of_the_same_function(net):
    told = []

    def tell(*_):
        told.append("told")

    first, _ = net.register_forward_hook(tell), net.register_forward_hook(tell)
    first.detach()
    first.detach()
    net(X)
    assert told == ["told"]


def test_a_hook_may_detach_itself_while_hooks_run(net):
    told = []

    def once(*_):
        told.append("once")
        handle.detach()

    handle = net.register_forward_hook(once)
    net.register_forward_hook(lambda *_: told.append("after"))
    net(X)
    net(X)
    assert told == ["once", "after", "after"]
