from __future__ import annotations

import numpy as np
import pytest

from initlab import nd, nn
from initlab.errors import NotInitializedError

X = nd.array(np.ones((2, 20)))


def tied():
    net, shared = nn.Sequential(), nn.Dense(8, activation="relu")
    net.add(nn.Dense(8, activation="relu"), shared)
    net.add(nn.Dense(8, activation="relu", params=shared.params), nn.Dense(10))
    return net


def test_it_counts_the_402_uses_of_the_chapters_330_parameters(capsys):
    net = tied()
    net.initialize()
    net.summary(X)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:7] == [
        "-" * 80,
        "        Layer (type)                                Output Shape         Param #",
        "=" * 80,
        "               Input                                     (2, 20)               0",
        "        Activation-1                                      (2, 8)               0",
        "             Dense-2                                      (2, 8)             168",
        "        Activation-3                                      (2, 8)               0",
    ]
    assert lines[-8:] == [
        "=" * 80,
        "Parameters in forward computation graph, duplicate included",
        "   Total params: 402",
        "   Trainable params: 402",
        "   Non-trainable params: 0",
        "Shared params in forward computation graph: 72",
        "Unique parameters in model: 330",
        "-" * 80,
    ]


def test_frozen_parameters_and_several_outputs_are_told(capsys):
    class Twice(nn.Block):
        def __init__(self):
            super().__init__()
            self.mask = self.params.get_constant("mask", np.ones((3, 1)))

        def forward(self, x):
            return x, [x, x]

    net = Twice()
    net.initialize()
    net.summary(X)
    out = capsys.readouterr().out
    assert "(2, 20), [(2, 20), (2, 20)]" in out
    assert "Trainable params: 0\n   Non-trainable params: 3" in out


def test_it_leaves_no_hook_behind_and_a_block_used_twice_has_two_rows(capsys):
    net, layer = nn.Sequential(), nn.Dense(20)
    net.add(layer, layer)
    net.initialize()
    for _ in range(2):
        net.summary(X)
        out = capsys.readouterr().out
        assert out.count("Dense-") == 2
        assert "Shared params in forward computation graph: 420" in out


def test_it_needs_an_initialized_net():
    net = tied()
    with pytest.raises(NotInitializedError):
        net.summary(X)
    net.initialize()
    net(X)
