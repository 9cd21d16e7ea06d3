"""What Gluon's initializers draw for a net there, they draw here, to the bit.

The digests were printed by MXNet 1.9.1, from `mx.random.seed` and `mx.nd` in the place of ours.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from initlab_mxnet import MXNet

from initlab import init, nd, nn
from initlab.nd.random import Streams

RECORDED = {
    '["uniform", {"scale": 0.3}]': "d6a9c354a861d94c",
    '["normal", {"sigma": 0.37}]': "7a0bc60e6afeefb7",
    '["xavier", {}]': "f5b6cc0e0a12818f",
    '["xavier", {"rnd_type": "gaussian", "factor_type": "out", "magnitude": 2.34}]': (
        "466751088264f1ff"
    ),
    '["msraprelu", {"factor_type": "in", "slope": 0.1}]': "ec755ec5b0ff90b7",
}


@pytest.mark.parametrize("rule", RECORDED)
def test_an_initializer_draws_the_weights_that_it_draws_in_mxnet(rule):
    nd.random.seed(5, MXNet)
    net = nn.Sequential()
    net.add(nn.Conv2D(4, 3), nn.Dense(256, in_units=144), nn.Dense(20))
    net.initialize(init.create(rule))
    net(nd.random.uniform(shape=(2, 3, 8, 8)))
    nd.random.seed(0, Streams)
    weights = [np.asarray(layer.weight.data()).tobytes() for layer in net]
    assert hashlib.sha256(b"".join(weights)).hexdigest()[:16] == RECORDED[rule]
