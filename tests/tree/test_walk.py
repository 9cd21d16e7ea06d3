from __future__ import annotations

from initlab import init, nn
from initlab.init import Role
from initlab.tree import Block, blocks, parameters, slots


class Net(Block):
    """A layer of its own scope, a nested body, and a Parameter of its own."""

    def __init__(self):
        super().__init__()
        self.body = nn.Sequential({"first": nn.Dense(2), "norm": nn.LayerNorm()})
        self.gain = self.params.get("gain", shape=(1,), role="gain")


def test_blocks_come_depth_first_under_their_paths_the_root_under_the_empty_one():
    net = Net()
    found = blocks(net)
    assert list(found) == ["", "body", "body.first", "body.norm"]
    assert found[""] is net
    assert found["body.norm"] is net.body[1]


def test_paths_go_by_attributes_and_names_by_counters():
    found = parameters(Net())
    assert {path: p.name for path, p in found.items()} == {
        "gain": "net0_gain",
        "body.first.weight": "dense0_weight",
        "body.first.bias": "dense0_bias",
        "body.norm.gamma": "layernorm0_gamma",
        "body.norm.beta": "layernorm0_beta",
    }


def test_paths_are_the_same_whatever_was_made_before():
    before = list(parameters(Net()))
    again = Net()
    assert list(parameters(again)) == before
    assert again.gain.name == "net1_gain"


def test_a_layer_used_in_two_places_is_listed_under_the_first():
    net, layer = nn.Sequential(), nn.Dense(2)
    net.add(layer, nn.Flatten(), layer)
    assert list(parameters(net)) == ["0.weight", "0.bias"]
    assert [slot.aliases for slot in slots(net)] == [("2.weight",), ("2.bias",)]


def test_slots_tell_a_plan_the_role_the_shape_and_the_own_initializer():
    told = {slot.path: (slot.spec.role, slot.spec.shape, slot.own) for slot in slots(Net())}
    assert told == {
        "gain": (Role.gain, (1,), None),
        "body.first.weight": (Role.weight, (2, 0), None),
        "body.first.bias": (Role.bias, (2,), init.Zeros()),
        "body.norm.gamma": (Role.gain, (0,), init.Ones()),
        "body.norm.beta": (Role.bias, (0,), init.Zeros()),
    }
